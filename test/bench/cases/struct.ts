/**
 * Structs of ten fields of mixed types by JsonConverter: from a connector that makes them to a topic, and from a topic to a connector
 * that reads every field; with the schema in every record and without. Both workers run the same connectors in their own language
 * (test/bench/java, test/bench/plugins), which make and read the same records; the sinks' checksums must agree.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResult } from '../bench.ts'
import { javaAllocated, oursAllocated } from '../allocation.ts'
import { alone, alternate, checkRunning, createConnector, createTopic, deleteTopic, endOffset, startWorker, throughput, type Who, type WorkerProcess } from '../bed.ts'
import { structPlugins } from '../struct-plugins.ts'

export const recordCount = Number(process.env['ISOCONNECT_BENCH_RECORDS'] ?? 500_000)
const batchSize = 2000
type Config = Readonly<Record<string, string>>
/**
 * Laid over the connectors' configuration: transformations, converters; the prefix is what a source names its topic with and a transformation takes away.
 * `oursAlone`: Java cannot run it; what a sink reads is then written by ours. `javaPlugins`: folders of jars beside the connectors'.
 */
export type StructOptions = { readonly name: string; readonly connector?: Config; readonly worker?: Config; readonly topicPrefix?: string; readonly oursAlone?: boolean; readonly javaPlugins?: readonly string[] }

export const bothWays = ['true', 'false'] as const
export const jsonWay = (side: string, enable: (typeof bothWays)[number], connector: Config = {}): StructOptions =>
  ({ name: `${side}-struct-json, schemas.enable=${enable}`, connector: { 'value.converter': 'org.apache.kafka.connect.json.JsonConverter', 'value.converter.schemas.enable': enable, ...connector } })

const topicOf = (options: StructOptions, who: Who, round: number | string): string => `${options.name.replaceAll(/[^a-z.-]+/g, '-')}-${who}-${round}`
const start = async (who: Who, options: StructOptions): Promise<WorkerProcess> => startWorker(who, 'json', { plugins: await structPlugins(options.javaPlugins), trace: true, properties: options.worker })
const allocationFile = (worker: WorkerProcess): string => join(worker.dir, 'allocated')

/** Starts the source connector and waits for its last record. */
const runSource = async (who: Who, topic: string, options: StructOptions, meter: Meter): Promise<number> => {
  await createTopic(topic)
  const worker = await start(who, options)
  try {
    await createConnector(worker, topic, { 'connector.class': 'StructSource', 'tasks.max': '1', topic: `${options.topicPrefix ?? ''}${topic}`, records: String(recordCount), 'batch.size': String(batchSize), 'allocation.file': allocationFile(worker), ...options.connector })
    return await throughput(meter.watch(who, worker, () => endOffset(topic)), recordCount, () => checkRunning(worker, topic))
  } finally {
    await worker.stop()
  }
}

export const sourceStruct = async (options: StructOptions): Promise<BenchResult> => {
  const meter = new Meter()
  const run = async (who: Who, round: number): Promise<number> => {
    const topic = topicOf(options, who, round)
    try {
      return await runSource(who, topic, options, meter)
    } finally {
      await deleteTopic(topic)
    }
  }
  return { ...(await (options.oursAlone ? alone : alternate)(run, 'records/s')), label: options.name, unit: 'records/s', higherIsBetter: true, extra: meter.result() }
}

/** The topic is filled once for both, by Java's worker and connector (by ours where there is no Java). */
export const sinkStruct = async (options: StructOptions, fill: StructOptions = options): Promise<BenchResult> => {
  const filler = fill.oursAlone ? 'ours' : 'java'
  const topic = topicOf(options, filler, 'in')
  await runSource(filler, topic, fill, new Meter())
  const meter = new Meter()
  const sums = new Set<string>()
  const run = async (who: Who, round: number): Promise<number> => {
    const worker = await start(who, options)
    const file = join(worker.dir, 'progress')
    const name = `${topic}-${who}-${round}` // of its own: its group must not go on where another run ended
    const progress = async (): Promise<readonly string[]> => (await readFile(file, 'utf8').catch(() => '0 0')).split(' ')
    try {
      await createConnector(worker, name, { 'connector.class': 'StructSink', 'tasks.max': '1', topics: topic, file, 'allocation.file': allocationFile(worker), ...options.connector })
      const rate = await throughput(meter.watch(who, worker, async () => Number((await progress())[0])), recordCount, () => checkRunning(worker, name))
      sums.add((await progress())[1] ?? '')
      return rate
    } finally {
      await worker.stop()
    }
  }
  const result = await (options.oursAlone ? alone : alternate)(run, 'records/s')
  await deleteTopic(topic)
  if (sums.size !== 1) throw new Error(`the sinks have read different records: checksums ${[...sums].join(', ')}`)
  return { ...result, label: options.name, unit: 'records/s', higherIsBetter: true, extra: meter.result() }
}

/** Bytes allocated a record between the first progress seen and the end of a run; the last run of each counts. */
class Meter {
  readonly #bytes = new Map<Who, number>()

  watch(who: Who, worker: WorkerProcess, progress: () => Promise<number>): () => Promise<number> {
    const allocated = (): Promise<number> => (who === 'ours' ? oursAllocated(worker.dir) : javaAllocated(allocationFile(worker)))
    let first: { readonly done: number; readonly bytes: number } | undefined
    return async () => {
      const done = await progress()
      if (done > 0 && first === undefined) first = { done, bytes: await allocated() }
      if (first !== undefined && done >= recordCount && done > first.done) this.#bytes.set(who, ((await allocated()) - first.bytes) / (done - first.done))
      return done
    }
  }
  result(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#bytes].map(([who, bytes]) => [`${who}AllocatedPerRecord`, Math.round(bytes)]))
  }
}
