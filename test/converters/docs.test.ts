/** docs/converters.md: every converter, every key of Kafka's with its default, and the documents it shows are those that are written. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { kafkaConverterConfigDef } from '../../src/converters/config.ts'
import { builtInConverters } from '../../src/converters/converters.ts'
import { convertToString } from '../../src/data/config-parse.ts'
import { Decimal } from '../../src/data/logical.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import { converter, encode } from './helpers.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'converters.md'), 'utf8')

test('the table names every converter', () => {
  expect([...text.matchAll(/^\| `([\w.]+Converter)` \|/gm)].map(([, name]) => name ?? '').toSorted()).toEqual(builtInConverters.toSorted())
})

test.each(['json.JsonConverter', 'storage.StringConverter'])('%s: its keys with their defaults', (name) => {
  const section = text.split(/^## /m).find((each) => each.startsWith(name.slice(name.indexOf('.') + 1))) ?? ''
  const keys = [...kafkaConverterConfigDef(`org.apache.kafka.connect.${name}`).configKeys().values()].filter((key) => key.name !== 'converter.type')
  expect([...section.matchAll(/^\| `([a-z.]+)` \| (\S+) \|/gm)].map(([, ...row]) => row)).toEqual(keys.map((key) => [key.name, String(convertToString(key.defaultValue as string, key.type))]))
})

test('the documents are those that are written', () => {
  const schema = SchemaBuilder.struct().name('com.example.Item').field('id', schemas.INT64_SCHEMA).field('price', SchemaBuilder.decimal(2).optional()).build()
  const item = new Struct(schema).put('id', 1).put('price', Decimal.parse('12.50'))
  const rows = [...text.matchAll(/^\| `(\{.*?\})` \| `(.+)` \|$/gm)]
  expect(rows).toHaveLength(3)
  for (const [, settings, document] of rows) expect(encode(converter('JsonConverter', JSON.parse(settings ?? '') as Record<string, string>), [[item, schema]])).toEqual([document])
  expect(encode(converter('StringConverter'), [[item, schema]])).toEqual([/Struct\{.*?\}/.exec(text)?.[0]])
})
