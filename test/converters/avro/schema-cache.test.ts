/** The cache of what has been made of schemas. */
import { expect, test } from 'vitest'
import { SchemaCache } from '../../../src/converters/avro/schema-cache.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'

const struct = (field: string, doc = ''): Schema => SchemaBuilder.struct().name('n.S').field(field, SchemaBuilder.int32().doc(doc).build()).build()
const cacheOf = (size: number): ((schema: Schema | null) => number) => {
  const cache = new SchemaCache<number>(size)
  let made = 0
  return (schema) => cache.get(schema, () => ++made)
}

test('an equal schema is found again, whatever object it is', () => {
  const get = cacheOf(10)
  expect([struct('a'), struct('a'), null, null, schemas.STRING_SCHEMA, SchemaBuilder.string().build()].map(get)).toEqual([1, 1, 2, 2, 3, 3])
})
test('schemas that differ in a default, a doc or an inner schema only are kept apart', () => {
  const get = cacheOf(10)
  const ofArray = (item: Schema): Schema => SchemaBuilder.array(item).build()
  expect([struct('a'), struct('a', 'doc'), ofArray(schemas.INT8_SCHEMA), ofArray(schemas.INT16_SCHEMA), SchemaBuilder.int8().defaultValue(1).build(), SchemaBuilder.int8().build()].map(get)).toEqual([1, 2, 3, 4, 5, 6])
})
test('the oldest goes first, also among schemas that look alike', () => {
  const get = cacheOf(2)
  expect([struct('a'), struct('a', 'x'), struct('b'), struct('a', 'x'), struct('b'), struct('a')].map(get)).toEqual([1, 2, 3, 2, 3, 4])
})
