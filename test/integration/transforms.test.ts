/** Transformations and predicates end to end: a line becomes a JSON object on its way to another topic, and a line again on its way out. */
import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { until } from './helpers/standalone.ts'

setLevel('root', 'OFF')
const prefix = 'org.apache.kafka.connect.transforms.'
const json = { 'value.converter': 'org.apache.kafka.connect.json.JsonConverter', 'value.converter.schemas.enable': 'false' }

const bed = standaloneBed()
const { create } = bed

test('a chain changes value and topic, drops what its predicate names, and the topics are those written to and read from', async () => {
  const name = uniqueName('smt')
  const [input, output] = [bed.folder.file(`${name}.in`), bed.folder.file(`${name}.out`)]
  await writeFile(input, 'one\ntwo\nthree\n')
  await create(`${name}-in`, {
    'connector.class': 'FileStreamSource', file: input, topic: `raw.${name}`, ...json,
    transforms: 'hoist,insert,route', 'transforms.hoist.type': `${prefix}HoistField$Value`, 'transforms.hoist.field': 'line',
    'transforms.insert.type': `${prefix}InsertField$Value`, 'transforms.insert.topic.field': 'from',
    'transforms.route.type': 'RegexRouter', 'transforms.route.regex': 'raw\\.(?<rest>.*)', 'transforms.route.replacement': '${rest}',
  })
  await create(`${name}-all`, { 'connector.class': 'FileStreamSink', file: output, topics: name, ...json, transforms: 'take', 'transforms.take.type': `${prefix}ExtractField$Value`, 'transforms.take.field': 'line' })
  await create(`${name}-none`, {
    'connector.class': 'FileStreamSink', file: `${output}.none`, topics: name, ...json, transforms: 'drop', 'transforms.drop.type': 'Filter', 'transforms.drop.predicate': 'here',
    predicates: 'here', 'predicates.here.type': 'TopicNameMatches', 'predicates.here.pattern': name,
  })
  await until('the lines arrive', () => readFile(output, 'utf8').catch(() => ''), (text) => text.split('\n').length > 3)
  expect(await readFile(output, 'utf8')).toBe('one\ntwo\nthree\n')
  await until('dropped records are committed', () => bed.worker.herder.offsets(`${name}-none`), ({ offsets }) => offsets[0]?.offset?.['kafka_offset'] === 3)
  expect(await readFile(`${output}.none`, 'utf8')).toBe('')
  expect(await Promise.all(['in', 'all', 'none'].map((each) => bed.worker.herder.topics(`${name}-${each}`)))).toEqual([[name], [name], [name]])
  await until('the source has stored its offset', () => bed.worker.herder.offsets(`${name}-in`), ({ offsets }) => offsets[0]?.offset?.['position'] === 14)
})

test('validation names the keys of a transformation and what is wrong with them', async () => {
  const errors = async (transform: Record<string, string>): Promise<readonly (readonly [string, readonly string[]])[]> => {
    const config = { name: 'v', 'connector.class': 'FileStreamSource', topic: 't', file: '/tmp/x', transforms: 'a', ...Object.fromEntries(Object.entries(transform).map(([key, value]) => [`transforms.a.${key}`, value])) }
    return (await bed.worker.herder.validate(config)).configs.flatMap(({ value }) => (value.errors.length === 0 ? [] : [[value.name, value.errors] as const]))
  }
  expect(await errors({ type: `${prefix}Cast` })).toEqual([['transforms.a.type', [`This class is abstract and cannot be created. Did you mean ${prefix}Cast$Key, ${prefix}Cast$Value?`]]])
  expect(await errors({ type: `${prefix}MaskField$Value`, fields: 'a,a' })).toEqual([['transforms.a.fields', ["Configuration 'fields' values must not be duplicated."]]])
  expect(await errors({ type: `${prefix}Nothing` })).toEqual([['transforms.a.type', expect.arrayContaining([`Invalid value ${prefix}Nothing for configuration transforms.a.type: Class ${prefix}Nothing could not be found.`])]])
  expect(await errors({ type: 'TimestampRouter' })).toEqual([])
})

test('a predicate that is not defined fails the task, whose trace names both keys', async () => {
  const name = uniqueName('no-predicate')
  await create(name, { 'connector.class': 'FileStreamSource', file: bed.folder.file('none'), topic: name, transforms: 'drop', 'transforms.drop.type': 'Filter', 'transforms.drop.predicate': 'nowhere' })
  expect(await bed.taskTrace(name)).toContain("Invalid value nowhere for configuration transforms.drop.predicate: 'predicates' does not list it")
})
