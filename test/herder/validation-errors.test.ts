import { expect, test } from 'vitest'
import type { ConfigInfos } from '../../src/herder/types.ts'
import { unknownKeys, whyWithoutEffect } from '../../src/herder/validation-errors.ts'

const known = (...names: readonly string[]): ConfigInfos => ({
  name: 'X', error_count: 0, groups: [],
  configs: names.map((name) => ({
    definition: { name, type: 'STRING', required: false, default_value: null, importance: 'LOW', documentation: '', group: null, order_in_group: 1, width: 'NONE', display_name: name, dependents: [] },
    value: { name, value: null, recommended_values: [], errors: [], visible: true },
  })),
})

test('keys that nothing reads are found, with the known key that was probably meant', () => {
  const config = { name: 'c', 'task.max': '1', errors_tolerance: 'all', fruit: 'apple', 'transforms.a.feild': 'x', 'producer.override.linger.ms': '1', 'value.converter.schemas.enable': 'x', 'topic.creation.default.partitions': '1' }
  expect(unknownKeys(config, known('name', 'tasks.max', 'errors.tolerance', 'transforms.a.field'))).toEqual([
    { key: 'task.max', nearest: 'tasks.max' },
    { key: 'errors_tolerance', nearest: 'errors.tolerance' },
    { key: 'fruit', nearest: null },
    { key: 'transforms.a.feild', nearest: 'transforms.a.field' },
    { key: 'value.converter.schemas.enable', nearest: null },
  ])
})

test('a key with a word left out, a converter\'s without its prefix and one that Kafka 4 has renamed are found', () => {
  const keys = ['errors.deadletterqueue.topic', 'value.converter.encoding', 'schemas.enable', 'transforms.a.whitelist', 'topic.name', 'file.name']
  const found = unknownKeys(Object.fromEntries(keys.map((key) => [key, 'x'])), known('errors.deadletterqueue.topic.name', 'value.converter.converter.encoding', 'value.converter.schemas.enable', 'transforms.a.include', 'file'))
  expect(found.map(({ nearest }) => nearest)).toEqual(['errors.deadletterqueue.topic.name', 'value.converter.converter.encoding', 'value.converter.schemas.enable', 'transforms.a.include', null, null])
})

test('settings of a converter that is not configured, and of a transformation that is not listed, say why nobody reads them', () => {
  const config = { 'value.converter.schemas.enable': 'false', transforms: 'a, b.c', 'transforms.a.field': 'x', 'transforms.b.c.field': 'x', 'transforms.d.field': 'x', 'predicates.p.type': 'X', 'key.converter': 'JsonConverter', 'key.converter.x': '1' }
  const whys = Object.keys(config).flatMap((key) => whyWithoutEffect(key, config) ?? [])
  expect(whys).toEqual([
    "settings of a converter count only beside 'value.converter' in the same configuration",
    "'transforms' does not list 'd'",
    "'predicates' does not list 'p'",
  ])
})

test('a slip in what stands before the settings of a client or a group of topics is found, and a group that is not listed', () => {
  const config = { 'topic.creation.groups': 'a', 'topic.creation.a.retention.ms': '1', 'topic.creation.default.partitions': '1', 'topic.creation.b.include': 'x', 'topic.creatoin.a.include': 'x', 'producer.overide.acks': '1' }
  expect(unknownKeys(config, known('name'))).toEqual([
    { key: 'topic.creation.b.include', nearest: 'topic.creation.a.include' },
    { key: 'topic.creatoin.a.include', nearest: 'topic.creation.a.include' },
    { key: 'producer.overide.acks', nearest: 'producer.override.acks' },
  ])
  expect(Object.keys(config).map((key) => whyWithoutEffect(key, config))).toEqual([null, null, null, "'topic.creation.groups' does not list 'b'", null, null])
})
