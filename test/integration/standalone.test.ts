/** A standalone worker with real cells on the dev broker (or real Kafka): connectors live, fail, move and are forgotten as the herder says. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { testFolder, testWorker, until } from './helpers/standalone.ts'

setLevel('root', 'OFF')

/** A source that counts, and does what its configuration asks: `fail`, `hang`, `tasks`, `grow`. */
const counter = `
import { SourceConnector, SourceTask, ConfigDef } from 'isoconnect'
export class CounterSource extends SourceConnector {
  static config = new ConfigDef()
    .define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic')
    .define('fail', ConfigDef.Type.STRING, '', ConfigDef.Importance.LOW, 'What is to fail')
    .define('hang', ConfigDef.Type.STRING, '', ConfigDef.Importance.LOW, 'What is to hang')
  #count = 0
  validate(props) {
    if (props.hang === 'validate') for (;;);
    return super.validate(props)
  }
  start(props) {
    if (props.fail === 'connector') throw new Error('this connector does not start')
    this.props = props
    this.#count = Number(props.tasks ?? 1)
    if (props.grow) setTimeout(() => { this.#count++; this.context.requestTaskReconfiguration() }, Number(props.grow))
  }
  taskClass() { return CounterTask }
  taskConfigs() { return Array.from({ length: this.#count }, (_, id) => ({ ...this.props, id: String(id) })) }
}
class CounterTask extends SourceTask {
  start(props) {
    if (props.fail === 'task') throw new Error('this task does not start')
    this.props = props
    this.n = this.context.offsetStorageReader.offset({ counter: props.id })?.n ?? 0
  }
  async poll() {
    if (this.props.hang === 'poll') for (;;);
    if (this.props.fail === 'poll' && this.n >= 3) throw new Error('enough')
    await new Promise((resolve) => setTimeout(resolve, 5))
    return [{ topic: this.props.topic, value: 'n ' + ++this.n, sourcePartition: { counter: this.props.id }, sourceOffset: { n: this.n } }]
  }
}
`
const className = 'com.example.CounterSource'

const bed = standaloneBed(({ folder }) => folder.bundle('counter', [{ type: 'source', class: className, export: 'CounterSource' }], counter))

const create = (name: string, config: Record<string, string> = {}, initialState?: 'PAUSED' | 'STOPPED') =>
  bed.worker.herder.putConnectorConfig(name, { name, 'connector.class': className, topic: `${name}-topic`, ...config }, { allowReplace: false, ...(initialState === undefined ? {} : { initialState }) })
const states = async (name: string) => {
  const { connector, tasks } = await bed.worker.herder.connectorStatus(name)
  return [connector.state, ...tasks.map(({ state }) => state)].join(' ')
}
const untilStates = (name: string, wanted: string) => until(`${name} is ${wanted}`, () => states(name), (seen) => seen === wanted)
/** The committed count of a task. */
const count = async (name: string, id = '0'): Promise<number> => {
  const { offsets } = await bed.worker.herder.offsets(name)
  return Number(offsets.find(({ partition }) => partition['counter'] === id)?.offset?.['n'] ?? 0)
}
const untilCount = (name: string, atLeast: number, id = '0') => until(`${name} has counted to ${atLeast}`, () => count(name, id), (seen) => seen >= atLeast)

describe('a connector', () => {
  test('runs once it is created, keeps its offsets and its topic, and goes without a trace', async () => {
    const name = uniqueName('life')
    const { created, info } = await create(name)
    expect([created, info.tasks, info.type]).toEqual([true, [{ connector: name, task: 0 }], 'source'])
    await untilStates(name, 'RUNNING RUNNING')
    await untilCount(name, 5)
    expect(await bed.worker.herder.topics(name)).toEqual([`${name}-topic`])
    await bed.worker.herder.deleteConnector(name)
    await expect(bed.worker.herder.connectorStatus(name)).rejects.toMatchObject({ status: 404 })
    expect(await bed.worker.herder.connectors()).not.toContain(name)
  })
  test('pauses, resumes, stops and starts again where it was', async () => {
    const name = uniqueName('states')
    await create(name)
    await untilCount(name, 3)
    await bed.worker.herder.setTargetState(name, 'PAUSED')
    await untilStates(name, 'PAUSED PAUSED')
    await bed.worker.herder.setTargetState(name, 'STARTED')
    await untilStates(name, 'RUNNING RUNNING')
    await bed.worker.herder.setTargetState(name, 'STOPPED')
    expect(await states(name)).toBe('STOPPED')
    const stopped = await count(name)
    expect(stopped).toBeGreaterThanOrEqual(3)
    await bed.worker.herder.setTargetState(name, 'STARTED')
    await untilStates(name, 'RUNNING RUNNING')
    await untilCount(name, stopped + 3)
    await bed.worker.herder.deleteConnector(name)
  })
  test('changes its number of tasks by a new configuration and by asking', async () => {
    const name = uniqueName('tasks')
    await create(name, { tasks: '1', 'tasks.max': '3' })
    await bed.worker.herder.patchConnectorConfig(name, { tasks: '2' })
    await untilStates(name, 'RUNNING RUNNING RUNNING')
    await bed.worker.herder.patchConnectorConfig(name, { grow: '50' })
    await untilStates(name, 'RUNNING RUNNING RUNNING RUNNING')
    await untilCount(name, 1, '2')
    await expect(bed.worker.herder.patchConnectorConfig(name, { tasks: '4' })).rejects.toThrow(/has generated 4 tasks, which is greater than 3/)
    expect((await bed.worker.herder.connectorStatus(name)).connector.state).toBe('FAILED')
    await bed.worker.herder.deleteConnector(name)
  })
  test('has its offsets altered and reset while it is stopped, and starts from there', async () => {
    const name = uniqueName('offsets')
    await create(name, {}, 'STOPPED')
    expect((await bed.worker.herder.alterOffsets(name, [{ partition: { counter: '0' }, offset: { n: 1000 } }])).message).toMatch(/altered successfully/)
    await bed.worker.herder.setTargetState(name, 'STARTED')
    await untilCount(name, 1001)
    await bed.worker.herder.setTargetState(name, 'STOPPED')
    expect((await bed.worker.herder.resetOffsets(name)).message).toMatch(/reset successfully/)
    expect(await count(name)).toBe(0)
    await bed.worker.herder.setTargetState(name, 'STARTED')
    expect(await untilCount(name, 1)).toBeLessThan(1000)
    await bed.worker.herder.deleteConnector(name)
  })
})

describe('a connector that fails', () => {
  test('at its start keeps its configuration and says why', async () => {
    const name = uniqueName('fails')
    await expect(create(name, { fail: 'connector' })).rejects.toMatchObject({ status: 500, message: `Failed to transition connector ${name} to state STARTED` })
    const { connector } = await bed.worker.herder.connectorStatus(name)
    expect(connector).toMatchObject({ state: 'FAILED', version: '1.0.0', trace: expect.stringContaining('this connector does not start') as string })
    await bed.worker.herder.patchConnectorConfig(name, { fail: null })
    await untilStates(name, 'RUNNING RUNNING')
    await bed.worker.herder.deleteConnector(name)
  })
  test('in a task leaves the others alone, and runs again when restarted', async () => {
    const [name, neighbour] = [uniqueName('failing'), uniqueName('neighbour')]
    await create(neighbour)
    await create(name, { fail: 'poll' })
    await untilStates(name, 'RUNNING FAILED')
    expect((await bed.worker.herder.taskStatus({ connector: name, task: 0 })).trace).toContain('enough')
    const before = await count(neighbour)
    await untilCount(neighbour, before + 5)
    const plan = await bed.worker.herder.restartConnectorAndTasks(name, { includeTasks: true, onlyFailed: true })
    expect([plan.connector.state, plan.tasks[0]?.state]).toEqual(['RUNNING', 'RESTARTING'])
    await untilStates(name, 'RUNNING FAILED')
    await bed.worker.herder.deleteConnector(name)
    await bed.worker.herder.deleteConnector(neighbour)
  })
  test('by hanging is ended with the reason, and its neighbour goes on', async () => {
    const [name, neighbour] = [uniqueName('hanging'), uniqueName('neighbour')]
    await create(neighbour)
    await create(name, { hang: 'poll', 'isolate.poll.timeout.ms': '300' })
    await until(`task 0 of ${name} is FAILED`, () => states(name), (seen) => seen.endsWith(' FAILED'))
    expect((await bed.worker.herder.taskStatus({ connector: name, task: 0 })).trace).toContain('timeout')
    const before = await count(neighbour)
    await untilCount(neighbour, before + 5)
    await bed.worker.herder.deleteConnector(name)
    await bed.worker.herder.deleteConnector(neighbour)
  })
})

describe('a new version dropped into plugin.path', () => {
  test('is not used until a restart asks for it, and the old one can be asked back', async () => {
    await using own = await testFolder()
    const plugin = { type: 'source', class: className, export: 'CounterSource' }
    await own.bundle('counter-1', [plugin], counter, { name: 'counter' })
    await using live = await testWorker(own, bed.kafka)
    await live.ready
    const [name, neighbour] = [uniqueName('versions'), uniqueName('neighbour')]
    const versions = async (connector = name) => {
      const status = await live.herder.connectorStatus(connector)
      return [status.connector, ...status.tasks].map(({ state, version }) => `${state} ${version}`).join(', ')
    }
    const config = { 'connector.class': className, topic: `${name}-topic` }
    for (const each of [name, neighbour]) await live.herder.putConnectorConfig(each, { ...config, name: each }, { allowReplace: false })
    await until('both run version 1', async () => (await versions()) + (await versions(neighbour)), (seen) => seen === 'RUNNING 1.0.0, RUNNING 1.0.0'.repeat(2))
    await own.bundle('counter-2', [plugin], counter, { name: 'counter', version: '2.0.0' })
    await until('version 2 is on the shelf', () => Promise.resolve(live.shelf.versions(className)), (seen) => seen.includes('2.0.0'))
    await live.herder.restartTask({ connector: name, task: 0 })
    await until('the task runs again', versions, (seen) => seen === 'RUNNING 1.0.0, RUNNING 1.0.0')
    await live.herder.restartConnectorAndTasks(name, { includeTasks: true, onlyFailed: false })
    await until('it runs version 2', versions, (seen) => seen === 'RUNNING 2.0.0, RUNNING 2.0.0')
    await live.herder.patchConnectorConfig(name, { 'connector.plugin.version': '1.0.0' })
    await until('it runs version 1 again', versions, (seen) => seen === 'RUNNING 1.0.0, RUNNING 1.0.0')
    expect(await versions(neighbour)).toBe('RUNNING 1.0.0, RUNNING 1.0.0')
  })
})

describe('validation', () => {
  test('lists what the framework and the plugin find, in one answer', async () => {
    await expect(create(uniqueName('bad'), { topic: '', 'tasks.max': 'x', 'key.converter': 'NoSuchConverter' })).rejects.toMatchObject({
      status: 400, message: expect.stringMatching(/Invalid value x for configuration tasks.max: Not a number of type INT(.|\n)*Class NoSuchConverter could not be found/) as string,
    })
  })
  test('of an unknown class names what there is', async () => {
    await expect(bed.worker.herder.validate({ name: 'x', 'connector.class': 'NoSuchConnector' })).rejects.toMatchObject({ status: 400, message: expect.stringContaining(className) as string })
    await expect(bed.worker.herder.validate({ name: 'x' })).rejects.toMatchObject({ status: 400, message: 'Connector config {name=x} contains no connector type' })
  })
  test('by a plugin that hangs ends with the reason', async () => {
    await using other = await testFolder()
    await other.bundle('counter', [{ type: 'source', class: className, export: 'CounterSource' }], counter)
    await using slow = await testWorker(other, bed.kafka, { 'isolate.call.timeout.ms': '500' })
    await expect(slow.herder.validate({ name: 'x', 'connector.class': className, topic: 't', hang: 'validate' })).rejects.toMatchObject({
      code: 'PLUGIN_FAILED', message: expect.stringContaining('timeout') as string,
    })
    expect((await slow.herder.validate({ name: 'x', 'connector.class': className, topic: 't' })).error_count).toBe(0)
  })
})

describe('lines', () => {
  test('flow from a file through Kafka into a file, and a restarted worker goes on where it was', async () => {
    await using own = await testFolder()
    const name = uniqueName('lines')
    await writeFile(own.file('in.txt'), 'one\ntwo\n')
    await writeFile(own.file('source.json'), JSON.stringify({ name: `${name}-source`, config: { 'connector.class': 'FileStreamSource', file: own.file('in.txt'), topic: name } }))
    await writeFile(own.file('sink.properties'), `name=${name}-sink\nconnector.class=FileStreamSink\nfile=${own.file('out.txt')}\ntopics=${name}\n`)
    const files = [own.file('source.json'), own.file('sink.properties')]
    const output = () => readFile(own.file('out.txt'), 'utf8').catch(() => '')
    {
      await using first = await testWorker(own, bed.kafka, {}, files)
      await first.ready
      await until('two lines are out', output, (text) => text === 'one\ntwo\n')
    }
    await appendFile(own.file('in.txt'), 'three\n')
    await using second = await testWorker(own, bed.kafka, {}, files)
    await second.ready
    expect(await until('three lines are out', output, (text) => text.includes('three'))).toBe('one\ntwo\nthree\n')
    const { offsets } = await until('the sink has committed', () => second.herder.offsets(`${name}-sink`), (answer) => answer.offsets[0]?.offset?.['kafka_offset'] === 3)
    expect(offsets).toEqual([{ partition: { kafka_partition: 0, kafka_topic: name }, offset: { kafka_offset: 3 } }])
    await second.herder.setTargetState(`${name}-sink`, 'STOPPED')
    expect((await second.herder.resetOffsets(`${name}-sink`)).message).toBe('The offsets for this connector have been reset successfully')
    expect(await second.herder.offsets(`${name}-sink`)).toEqual({ offsets: [] })
  })
})

describe('a start', () => {
  test('with a connector file that is wrong ends the worker with code 3', async () => {
    await using own = await testFolder()
    await writeFile(own.file('bad.json'), '{"name":"x","connector.class":"NoSuchConnector"}')
    await using failing = await testWorker(own, bed.kafka, {}, [own.file('bad.json')])
    await expect(failing.ready).rejects.toMatchObject({ name: 'StartError', exitCode: 3, message: expect.stringContaining('NoSuchConnector') as string })
  })
  test('with wrong properties, or without Kafka, ends with code 2', async () => {
    await using own = await testFolder()
    await expect(testWorker(own, bed.kafka, { 'offset.flush.interval.ms': 'soon' })).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining('offset.flush.interval.ms') as string })
    await expect(testWorker(own, { ...bed.kafka, bootstrap: '127.0.0.1:1' }, { 'default.api.timeout.ms': '600' })).rejects.toMatchObject({
      exitCode: 2, message: "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties.",
    })
  })
  test('with an offset file that is not one leaves it as it is and ends with code 3', async () => {
    await using own = await testFolder()
    await writeFile(own.file('offsets'), 'not an offset file')
    await expect(testWorker(own, bed.kafka)).rejects.toMatchObject({ exitCode: 3, message: expect.stringContaining(own.file('offsets')) as string })
    expect(await readFile(own.file('offsets'), 'utf8')).toBe('not an offset file')
  })
})
