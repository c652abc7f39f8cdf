/**
 * The connector that must not notice: a bundle of its own, 5,000 numbered records a second, and a reader of its topic that has nothing
 * to do with the worker. When a record arrived is the broker's word (LogAppendTime).
 */
import { Kafka, logLevel } from 'kafkajs'
import { uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, until } from '../helpers/standalone.ts'

export const ratePerSecond = 5000
export const healthyClass = 'com.example.Steady'
/** One that was held up brings what is due as soon as it can: what is missing in a second was missing in it. */
const code = `
import { ConfigDef, SourceConnector, SourceTask, sleep } from 'isoconnect'
const filler = 'x'.repeat(90)
export class SteadyTask extends SourceTask {
  start(props) { this.topic = props.topic; this.next = 0; this.began = Date.now() }
  async poll() {
    await sleep(20)
    const due = Math.floor((Date.now() - this.began) * ${ratePerSecond / 1000})
    const records = []
    for (; this.next < due; this.next++) records.push({ topic: this.topic, value: this.next + ' ' + filler, sourcePartition: { of: 'steady' }, sourceOffset: { n: this.next } })
    return records
  }
}
export class Steady extends SourceConnector {
  static config = new ConfigDef().define('topic', 'STRING', 'HIGH', 'Topic to write to')
  start(props) { this.props = props }
  taskClass() { return SteadyTask }
  taskConfigs() { return [this.props] }
}`
export const writeHealthyBundle = (folder: TestFolder): Promise<void> => folder.bundle('steady', [{ type: 'source', class: healthyClass, export: 'Steady' }], code)

export interface Arrivals extends AsyncDisposable {
  /** Reads all that is in the topic by now. */
  catchUp(): Promise<void>
  /** Records seen, and what is wrong with them; empty: none lost, none twice, none out of order. */
  readonly seen: number
  readonly problems: readonly string[]
  /** Of every second that begins in the span and ends in it, the one with the fewest records that may be judged. Null: none may. */
  slowestSecond(from: number, to: number, mayJudge: (from: number, to: number) => boolean): number | null
}

const stepMs = 50
const maxProblems = 5

export const readArrivals = async (bootstrap: string, topic: string): Promise<Arrivals> => {
  const kafka = new Kafka({ clientId: 'outsider', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const consumer = kafka.consumer({ groupId: uniqueName('outsider'), maxWaitTimeInMs: 100 })
  const problems: string[] = []
  /** Records that arrived in each step of time. */
  const counts = new Map<number, number>()
  let seen = 0
  await Promise.all([admin.connect(), consumer.connect()])
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch: { messages } }) => {
      for (const { value, timestamp } of messages) {
        const number = Number.parseInt(value?.toString('latin1', 0, 12) ?? '', 10)
        if (number !== seen && problems.length < maxProblems) problems.push(`record ${number} came where ${seen} was due`)
        seen++
        const step = Math.floor(Number(timestamp) / stepMs)
        counts.set(step, (counts.get(step) ?? 0) + 1)
      }
      return Promise.resolve()
    },
  })
  const written = async (): Promise<number> => (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0)
  return {
    get seen() { return seen },
    get problems() { return problems },
    async catchUp() {
      const high = await written()
      consumer.resume([{ topic }])
      await until(`the outsider has read ${high} records of ${topic}`, () => Promise.resolve(seen), (count) => count >= high)
      consumer.pause([{ topic }])
    },
    slowestSecond(from, to, mayJudge) {
      let slowest: number | null = null
      for (let step = Math.ceil(from / stepMs); (step + 1000 / stepMs) * stepMs <= to; step++) {
        if (!mayJudge(step * stepMs, step * stepMs + 1000)) continue
        let records = 0
        for (let at = step; at < step + 1000 / stepMs; at++) records += counts.get(at) ?? 0
        slowest = Math.min(slowest ?? records, records)
      }
      return slowest
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([consumer.disconnect(), admin.disconnect()])
    },
  }
}
