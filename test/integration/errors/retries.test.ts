/** RetriableException from converters and transformations of bundles, on real cells: `errors.retry.timeout` for sources and sinks. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../../src/log.ts'
import { standaloneBed } from '../helpers/bed.ts'
import { uniqueName } from '../helpers/kafka.ts'
import { recordsOf } from '../helpers/records.ts'
import { until } from '../helpers/standalone.ts'
import { testTopics, type TestTopics } from '../helpers/topics.ts'

setLevel('root', 'OFF')

/** A value `twice …` fails twice and is then taken, `never …` fails for ever; anything else is taken as it is. What comes out says how often it was tried. */
const shaky = `
import { Converter, RetriableException, SourceConnector, SourceTask, ConfigDef, Transformation, schemas, sleep } from 'isoconnect'
const tries = () => {
  const seen = new Map()
  return (text) => {
    const count = (seen.get(text) ?? 0) + 1
    seen.set(text, count)
    if (text.startsWith('never') || (text.startsWith('twice') && count < 3)) throw new RetriableException('try ' + count + ' of ' + text)
    return text.startsWith('twice') ? text + ' tried ' + count : text
  }
}
export class ShakyTransform extends Transformation {
  constructor() { super(); this.attempt = tries() }
  apply(record) { return { ...record, value: this.attempt(record.value) } }
}
export class ShakyConverter extends Converter {
  constructor() { super(); this.attempt = tries() }
  fromConnectData(topic, schema, value) { return new TextEncoder().encode(this.attempt(value)) }
  toConnectData(topic, bytes) { return { schema: schemas.OPTIONAL_STRING_SCHEMA, value: this.attempt(new TextDecoder().decode(bytes)) } }
}
export class Words extends SourceConnector {
  static config = new ConfigDef().define('words', ConfigDef.Type.LIST, ConfigDef.Importance.HIGH, 'Values').define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic')
  start(props) { this.props = props }
  taskClass() { return WordsTask }
  taskConfigs() { return [this.props] }
}
class WordsTask extends SourceTask {
  start(props) { this.words = props.words.split(','); this.topic = props.topic }
  async poll() {
    const { words } = this
    this.words = []
    if (words.length === 0) { await sleep(50); return null }
    return words.map((value, at) => ({ topic: this.topic, value, sourcePartition: { w: 1 }, sourceOffset: { n: at + 1 } }))
  }
}
`
let topics: TestTopics
const bed = standaloneBed(async ({ kafka, folder, use }) => {
  topics = use(await testTopics(kafka.bootstrap))
  const plugins = [['transformation', 'ShakyTransform'], ['converter', 'ShakyConverter'], ['source', 'Words']] as const
  await folder.bundle('shaky', plugins.map(([type, name]) => ({ type, class: `com.example.${name}`, export: name })), shaky)
})

const pieces = [
  ['transformation', 'TRANSFORMATION', { transforms: 'shaky', 'transforms.shaky.type': 'com.example.ShakyTransform' }],
  ['converter', 'VALUE_CONVERTER', { 'value.converter': 'com.example.ShakyConverter' }],
] as const
const retries = (timeoutMs: number): Record<string, string> => ({ 'errors.retry.timeout': String(timeoutMs), 'errors.retry.delay.max.ms': '1' })
const tolerant = (letters: string): Record<string, string> => ({ 'errors.tolerance': 'all', 'errors.deadletterqueue.topic.name': letters, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': 'true' })

const source = async (words: readonly string[], config: Record<string, string>) => {
  const name = uniqueName('words')
  await topics.create(name)
  await bed.worker.herder.putConnectorConfig(name, { name, 'connector.class': 'Words', topic: name, words: words.join(','), ...config }, { allowReplace: false })
  return { name, taken: async (count: number) => (await recordsOf(bed.kafka.bootstrap, name, count)).map(({ value }) => value) }
}
const sink = async (words: readonly string[], config: Record<string, string>) => {
  const name = uniqueName('file')
  const topic = `${name}-topic`
  await topics.create(topic)
  await topics.produce(topic, 0, words)
  const file = bed.folder.file(`${name}.txt`)
  await bed.worker.herder.putConnectorConfig(name, { name, 'connector.class': 'FileStreamSink', topics: topic, file, ...config }, { allowReplace: false })
  const lines = () => readFile(file, 'utf8').then((text) => text.split('\n').slice(0, -1), (): string[] => [])
  return { name, taken: (count: number) => until(`${count} lines of ${name}`, lines, (seen) => seen.length >= count) }
}
const failure = async (name: string): Promise<string> => {
  const status = await until(`${name} has failed`, () => bed.worker.herder.connectorStatus(name), ({ tasks }) => tasks[0]?.state === 'FAILED')
  return status.tasks[0]?.trace ?? ''
}

for (const [side, start] of [['source', source], ['sink', sink]] as const) {
  for (const [piece, stage, config] of pieces) {
    test(`a ${side}'s ${piece} that fails twice is tried until it succeeds, and nothing overtakes its record`, async () => {
      const { taken } = await start(['one', 'twice', 'three'], { ...config, ...retries(-1) })
      expect(await taken(3)).toEqual(['one', 'twice tried 3', 'three'])
    })

    test(`a ${side}'s ${piece} that never succeeds ends its task when the time is over`, async () => {
      const { name } = await start(['one', 'never'], { ...config, ...retries(200) })
      const trace = await failure(name)
      expect(trace).toContain('Tolerance exceeded in error handler')
      expect(trace).toContain(`Stage '${stage}' with class '${Object.values(config).at(-1)}' failed in task ${name}-0`)
      const tried = Number(/RetriableException: try (\d+) of never/.exec(trace)?.[1])
      expect(tried).toBeGreaterThan(1)
    })

    test(`a ${side}'s ${piece} that fails is not tried again without errors.retry.timeout`, async () => {
      const { name } = await start(['twice'], config)
      expect(await failure(name)).toContain('RetriableException: try 1 of twice')
    })

    test(`with tolerance, what a ${side}'s ${piece} never takes is a dead letter, and the others arrive`, async () => {
      const letters = uniqueName('dlq')
      const { taken } = await start(['one', 'never', 'three'], { ...config, ...retries(200), ...tolerant(letters) })
      expect(await taken(2)).toEqual(['one', 'three'])
      const [letter] = await recordsOf(bed.kafka.bootstrap, letters, 1)
      expect(letter?.value).toBe(side === 'source' ? '{"schema":null,"payload":"never"}' : 'never')
      expect(letter?.headers).toContainEqual(['__connect.errors.stage', stage])
      expect(Object.fromEntries(letter?.headers ?? [])['__connect.errors.exception.message']).toMatch(/^try \d+ of never$/)
    })
  }
}
