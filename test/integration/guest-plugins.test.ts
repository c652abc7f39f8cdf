/** Converters, transformations, predicates and config providers of bundles: named like Kafka's own, run in processes of their own. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { testFolder, testWorker, until } from './helpers/standalone.ts'
import { testTopics } from './helpers/topics.ts'

setLevel('root', 'OFF')

const plugins = `
import { ConfigDef, ConfigProvider, Converter, HeaderConverter, Predicate, Schema, SchemaBuilder, Transformation, schemas } from 'isoconnect'
export class Shout extends Transformation {
  static config = new ConfigDef().define('mark', ConfigDef.Type.STRING, '!', ConfigDef.ValidString.in('!', '?'), ConfigDef.Importance.LOW, 'What to end with')
  configure(props) { this.mark = props.mark ?? '!' }
  async apply(record) {
    if (record.value === 'poison') throw new Error('cannot shout poison')
    if (record.value === 'loop') for (;;);
    return record.newRecord(record.topic, record.kafkaPartition, record.keySchema, record.key, record.valueSchema, record.value.toUpperCase() + this.mark, record.timestamp)
  }
}
export class Tag extends Transformation {
  apply(record) {
    record.headers.addString('tag', record.value.length > 8 ? 'long' : 'short')
    return { ...record, value: record.value + ' #' + record.headers.lastWithName('tag').value }
  }
}
export class InPlace extends Transformation { apply(record) { record.value = 'in place: ' + record.value; return record } }
export class Changed extends Transformation { apply(record) { return { timestamp: new Date(5), headers: { a: 1, b: 'x' } } } }
export class Told extends Transformation { apply(record) { return { value: record.timestamp + ' ' + [...record.headers].map(({ key, value }) => key + '=' + value).join() } } }
export class Misspelt extends Transformation { apply(record) { return { ...record, valueschema: null } } }
export class Third extends Transformation { apply(record) { return { ...record, partition: 3 } } }
export class Where extends Transformation { apply(record) { return { value: record.kafkaPartition + ' ' + record.partition } } }
export class NoReturn extends Transformation { apply(record) { record.newRecord(record.topic, null, null, null, null, 'lost', null) } }
export class DropEven extends Transformation { apply(record) { return Number(/\\d+/.exec(record.value)[0]) % 2 === 0 ? null : record } }
export class Long extends Predicate { test(record) { return record.value.length > 8 } }
export class Reversed extends Converter {
  configure(props, isKey) { this.isKey = isKey }
  fromConnectData(topic, schema, value) {
    if (value === null) return null
    if (value === 'unwritable') throw new Error('this value has no bytes')
    return new TextEncoder().encode([...value].reverse().join(''))
  }
  async toConnectData(topic, bytes) { return { schema: schemas.OPTIONAL_STRING_SCHEMA, value: bytes === null ? null : [...new TextDecoder().decode(bytes)].reverse().join('') } }
}
export class Stamped extends Converter {
  configure(props, isKey) { this.isKey = isKey }
  fromConnectData(topic, headers, schema, value) {
    headers.remove('first').add(this.isKey ? 'keySize' : 'size', new Uint8Array([String(value).length])).add('seen', new TextEncoder().encode(headers.toArray().map(({ key }) => key).join('+')))
    return new TextEncoder().encode(value)
  }
  toConnectData(topic, headers, bytes) {
    const shown = [...headers].map(({ key, value }) => key + '=' + (value.length === 1 ? value[0] : new TextDecoder().decode(value)))
    return { schema: null, value: new TextDecoder().decode(bytes) + ' ' + shown.join(' ') }
  }
}
export class Vault extends ConfigProvider {
  configure(props) { this.prefix = props.prefix ?? '' }
  get(path, keys) {
    if (path === 'lease') { // a word more each time it is asked
      this.leased = [...(this.leased ?? []), 'word-' + (this.leased?.length ?? 0)]
      return { data: { words: this.leased.join(',') }, ttl: 300 }
    }
    return { data: Object.fromEntries((keys ?? []).filter((key) => key !== 'missing').map((key) => [key, this.prefix + path + ':' + key])) }
  }
}
`
const counter = `
import { SourceConnector, SourceTask, ConfigDef, sleep } from 'isoconnect'
export class Words extends SourceConnector {
  static config = new ConfigDef().define('words', ConfigDef.Type.LIST, ConfigDef.Importance.HIGH, 'Values').define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic')
  start(props) { this.props = props }
  taskClass() { return WordsTask }
  taskConfigs() { return [this.props] }
}
class WordsTask extends SourceTask {
  start(props) { this.words = props.words.split(','); this.topic = props.topic; this.n = this.context.offsetStorageReader.offset({ w: 1 })?.n ?? 0 }
  async poll() {
    const from = this.n
    if (from >= this.words.length) { await sleep(50); return null }
    this.n = this.words.length
    return this.words.slice(from).map((value, at) => ({ topic: this.topic, value, sourcePartition: { w: 1 }, sourceOffset: { n: from + at + 1 } }))
  }
}
`
const classes = [['transformation', 'Shout'], ['transformation', 'Tag'], ['transformation', 'InPlace'], ['transformation', 'Changed'], ['transformation', 'Told'], ['transformation', 'Misspelt'], ['transformation', 'Third'], ['transformation', 'Where'], ['transformation', 'NoReturn'], ['transformation', 'DropEven'], ['predicate', 'Long'], ['converter', 'Reversed'], ['converter', 'Stamped'], ['config_provider', 'Vault']] as const

const bed = standaloneBed(async ({ folder }) => {
  await folder.bundle('plugins', classes.map(([type, name]) => ({ type, class: `com.example.${name}`, export: name })), plugins)
  await folder.bundle('words', [{ type: 'source', class: 'com.example.Words', export: 'Words' }], counter)
  return { 'config.providers': 'vault', 'config.providers.vault.class': 'com.example.Vault', 'config.providers.vault.param.prefix': 'v-' }
})
const { create, taskTrace } = bed

const source = (topic: string, words: readonly string[], more: Record<string, string> = {}) => create(`${topic}-source`, { 'connector.class': 'Words', topic, words: words.join(','), ...more })
/** What a file sink makes of the topic. */
const sink = async (topic: string, more: Record<string, string> = {}) => {
  const file = bed.folder.file(`${topic}.txt`)
  await create(`${topic}-sink`, { 'connector.class': 'FileStreamSink', topics: topic, file, ...more })
  return (count: number) => until(`${count} lines of ${topic}`, () => readFile(file, 'utf8').then((text) => text.split('\n').slice(0, -1), () => []), (lines) => lines.length >= count)
}

describe('transformations', () => {
  test('of a source run in their order, beside built-in ones', async () => {
    const topic = uniqueName('shout')
    await source(topic, ['one', 'two'], {
      transforms: 'shout,route,tag', 'transforms.shout.type': 'com.example.Shout', 'transforms.shout.mark': '?', 'transforms.tag.type': 'Tag',
      'transforms.route.type': 'RegexRouter', 'transforms.route.regex': '(.*)', 'transforms.route.replacement': '$1-loud',
    })
    const lines = await sink(`${topic}-loud`)
    expect(await lines(2)).toEqual(['ONE? #short', 'TWO? #short'])
  })

  test('of a sink drop what they drop, and only what the predicate picks is changed', async () => {
    const topic = uniqueName('drop')
    await source(topic, ['n 1', 'n 2', 'n 3', 'a long number 4', 'a long number 5'])
    const lines = await sink(topic, {
      transforms: 'odd,shout', 'transforms.odd.type': 'DropEven', 'transforms.shout.type': 'Shout', 'transforms.shout.predicate': 'long', predicates: 'long', 'predicates.long.type': 'com.example.Long',
    })
    expect(await lines(3)).toEqual(['n 1', 'n 3', 'A LONG NUMBER 5!'])
  })

  test('a built-in predicate chooses for a bundle\'s transformation, and a bundle\'s predicate for a built-in one', async () => {
    const topic = uniqueName('mixed')
    await source(topic, ['short', 'rather long words'], {
      transforms: 'shout,route', 'transforms.shout.type': 'Shout', 'transforms.shout.predicate': 'topic', 'transforms.shout.negate': 'true',
      'transforms.route.type': 'RegexRouter', 'transforms.route.regex': '(.*)', 'transforms.route.replacement': '$1-long', 'transforms.route.predicate': 'long',
      predicates: 'topic,long', 'predicates.topic.type': 'TopicNameMatches', 'predicates.topic.pattern': 'none', 'predicates.long.type': 'Long',
    })
    expect(await (await sink(topic))(1)).toEqual(['SHORT!'])
    expect(await (await sink(`${topic}-long`))(1)).toEqual(['RATHER LONG WORDS!'])
  })

  test('that write to the record they were given have it their way', async () => {
    const topic = uniqueName('in-place')
    await source(topic, ['a'], { transforms: 'p', 'transforms.p.type': 'InPlace' })
    expect(await (await sink(topic))(1)).toEqual(['in place: a'])
  })

  test('that give headers and timestamp in the shapes of a source are understood', async () => {
    const topic = uniqueName('changed')
    await source(topic, ['a'], { transforms: 'c,t', 'transforms.c.type': 'Changed', 'transforms.t.type': 'Told' })
    expect(await (await sink(topic))(1)).toEqual(['5 a=1,b=x'])
  })

  test('that call the partition as a source does send the record there', async () => {
    const topic = uniqueName('third')
    await using topics = await testTopics(bed.kafka.bootstrap)
    // not left to the source: the sink's consumer may be first, and have the broker make it with one partition
    await topics.create(topic, 4)
    await source(topic, ['a'], { transforms: 'third,where', 'transforms.third.type': 'Third', 'transforms.where.type': 'Where' })
    expect(await (await sink(topic))(1)).toEqual(['3 3'])
  })

  test('that misspell a field fail the task with the field that was meant, instead of losing what is in it', async () => {
    const topic = uniqueName('misspelt')
    await source(topic, ['a'], { transforms: 'm', 'transforms.m.type': 'Misspelt' })
    expect(await taskTrace(`${topic}-source`)).toContain("apply() of com.example.Misspelt returned an object with 'valueschema', which records do not have; did you mean 'valueSchema'?")
  })

  test('that forget to return anything fail the task instead of dropping every record', async () => {
    const topic = uniqueName('no-return')
    await source(topic, ['a'], { transforms: 'n', 'transforms.n.type': 'NoReturn' })
    expect(await taskTrace(`${topic}-source`)).toContain('apply() of com.example.NoReturn returned nothing; it must return the record, record.newRecord(…), or null to drop it')
  })

  test('that throw fail the task with their class and their words', async () => {
    const topic = uniqueName('poison')
    await source(topic, ['fine', 'poison'], { transforms: 'shout', 'transforms.shout.type': 'Shout' })
    const trace = await taskTrace(`${topic}-source`)
    expect(trace).toMatch(/Tolerance exceeded in error handler[^]*cannot shout poison/)
  })

  test('that hang take their own process with them, and the task says what happened', async () => {
    const topic = uniqueName('loop')
    await source(topic, ['loop'], { transforms: 'shout', 'transforms.shout.type': 'Shout', 'isolate.call.timeout.ms': '500' })
    expect(await taskTrace(`${topic}-source`)).toMatch(/process has ended \(timeout\).*apply\(\)/)
  })

  test('are validated by what they say themselves', async () => {
    const infos = await bed.worker.herder.validate({ name: 'v', 'connector.class': 'Words', topic: 't', words: 'a', transforms: 'shout', 'transforms.shout.type': 'Shout', 'transforms.shout.mark': 'x' })
    const mark = infos.configs.find(({ value }) => value.name === 'transforms.shout.mark')
    expect(mark).toMatchObject({ definition: { type: 'STRING', default_value: '!', documentation: 'What to end with', group: 'Transforms: shout' }, value: { errors: [expect.stringMatching(/String must be one of: !, \?/)] } })
    expect(infos.error_count).toBe(1)
  })
})

const insertHeader = 'org.apache.kafka.connect.transforms.InsertHeader'
describe('a converter', () => {
  test('writes and reads bytes its own way', async () => {
    const topic = uniqueName('reversed')
    await source(topic, ['abc', 'xyz ö'], { 'value.converter': 'com.example.Reversed' })
    expect(await (await sink(topic, { name: `${topic}-plain` }))(2)).toEqual(['cba', 'ö zyx'])
    await create(`${topic}-back`, { 'connector.class': 'FileStreamSink', topics: topic, file: bed.folder.file('back.txt'), 'value.converter': 'Reversed' })
    expect(await until('the way back', () => readFile(bed.folder.file('back.txt'), 'utf8').catch(() => ''), (text) => text.split('\n').length > 2)).toBe('abc\nxyz ö\n')
  })

  test('that takes headers sees them, adds to them, and finds them again', async () => {
    const topic = uniqueName('stamped')
    const keyed = { 'key.converter': 'com.example.Stamped', 'value.converter': 'com.example.Stamped', transforms: 'a,b', 'transforms.a.type': insertHeader, 'transforms.a.header': 'first', 'transforms.a.value.literal': 'x', 'transforms.b.type': insertHeader, 'transforms.b.header': 'second', 'transforms.b.value.literal': '7' }
    await source(topic, ['abc', 'abcdef'], keyed)
    const stamp = (size: number): string => `second=55 keySize=4 seen=second+keySize size=${size} seen=second+keySize+seen+size`
    expect(await (await sink(topic, { 'value.converter': 'com.example.Stamped' }))(2)).toEqual([`abc ${stamp(3)}`, `abcdef ${stamp(6)}`])
  })

  test('that throws fails its record only', async () => {
    const topic = uniqueName('unwritable')
    await source(topic, ['first', 'unwritable', 'last'], { 'value.converter': 'com.example.Reversed', 'errors.tolerance': 'all' })
    expect(await (await sink(topic, { 'value.converter': 'com.example.Reversed' }))(2)).toEqual(['first', 'last'])
  })
})

describe('a config provider', () => {
  test('resolves variables, and what is stored and shown keeps them', async () => {
    const topic = uniqueName('vault')
    const words = '${vault:secret/path:word},${vault:p:missing}'
    await create(`${topic}-source`, { 'connector.class': 'Words', topic, words })
    expect(await (await sink(topic))(2)).toEqual(['v-secret/path:word', '${vault:p:missing}'])
    expect((await bed.worker.herder.connectorConfig(`${topic}-source`))['words']).toBe(words)
  })

  test('whose values expire has the tasks that use them restarted with new ones, again and again', async () => {
    const topic = uniqueName('lease')
    await create(`${topic}-source`, { 'connector.class': 'Words', topic, words: '${vault:lease:words}' })
    const lines = await sink(topic)
    // one start asks for the value a handful of times at most: more words than that come of restarts
    const first = (await lines(1)).length
    const words = await lines(first + 10)
    expect(words.slice(0, first + 10)).toEqual(Array.from({ length: first + 10 }, (_, index) => `word-${index}`))
    await bed.worker.herder.deleteConnector(`${topic}-source`)
  })

  test('whose values expire restarts nothing where config.action.reload is none', async () => {
    const topic = uniqueName('kept')
    await create(`${topic}-source`, { 'connector.class': 'Words', topic, words: '${vault:lease:words}', 'config.action.reload': 'none' })
    const lines = await sink(topic)
    await lines(1)
    // a second connector whose values expire at the same pace has been restarted meanwhile, so this one would have been
    const other = uniqueName('other')
    await create(`${other}-source`, { 'connector.class': 'Words', topic: other, words: '${vault:lease:words}' })
    const others = await sink(other)
    const some = await others(1)
    const before = await lines(1)
    await others(some.length + 10)
    expect(await lines(1)).toEqual(before)
    await bed.worker.herder.deleteConnector(`${other}-source`)
  })

  test('that is not there stops the start with its name', async () => {
    await using other = await testFolder()
    await expect(testWorker(other, bed.kafka, { 'config.providers': 'x', 'config.providers.x.class': 'com.example.Nowhere' })).rejects.toThrow(/com\.example\.Nowhere/)
  })
})

test('the worker lists them all with their kind', async () => {
  expect(bed.worker.shelf.list().filter(({ className }) => className.startsWith('com.example.')).map(({ type, className }) => [type, className])).toEqual(expect.arrayContaining(classes.map(([type, name]) => [type, `com.example.${name}`])))
})
