/** Values projected from one schema to another, in Kafka's terms. */
import { expect, test } from 'vitest'
import { SchemaProjectorException } from '../../src/data/errors.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { SchemaProjector } from '../../src/data/schema-projector.ts'
import { Struct } from '../../src/data/struct.ts'

const project = (source: Schema, value: unknown, target: Schema): unknown => SchemaProjector.project(source, value, target)
const { INT8_SCHEMA, INT32_SCHEMA, INT64_SCHEMA, FLOAT32_SCHEMA, FLOAT64_SCHEMA, STRING_SCHEMA, OPTIONAL_STRING_SCHEMA } = schemas

test('numbers are widened, never narrowed', () => {
  expect(project(INT8_SCHEMA, 7, INT64_SCHEMA)).toBe(7)
  expect(project(INT64_SCHEMA, 2n ** 62n, FLOAT64_SCHEMA)).toBe(2 ** 62)
  expect(project(FLOAT64_SCHEMA, 0.1, FLOAT64_SCHEMA)).toBe(0.1)
  expect(project(INT32_SCHEMA, 16_777_217, FLOAT32_SCHEMA)).toBe(16_777_216)
  expect(() => project(INT64_SCHEMA, 7, INT8_SCHEMA)).toThrow('Schema type mismatch. source type: INT64 and target type: INT8')
  expect(() => project(STRING_SCHEMA, 'x', INT8_SCHEMA)).toThrow('Schema type mismatch. source type: STRING and target type: INT8')
})
test('a long becomes the float next to it, not the float next to the double next to it', () => {
  expect(project(INT64_SCHEMA, 2n ** 60n + 2n ** 36n + 1n, FLOAT32_SCHEMA)).toBe(2 ** 60 + 2 ** 37)
})
test('a date stays one, whatever number its schema has become', () => {
  const later = SchemaBuilder.float64().name('org.apache.kafka.connect.data.Timestamp').version(1).build()
  expect(project(SchemaBuilder.timestamp().build(), new Date(5), later)).toEqual(new Date(5))
})
test('a value that is no struct, list or map where its schema says so is refused', () => {
  const struct = SchemaBuilder.struct().field('a', INT8_SCHEMA).build()
  expect(() => project(struct, { a: 1 }, struct)).toThrow('A value of class java.util.HashMap cannot be projected as a STRUCT')
  expect(() => project(SchemaBuilder.array(INT8_SCHEMA).build(), 'x', SchemaBuilder.array(INT8_SCHEMA).build())).toThrow('A value of class java.lang.String cannot be projected as a ARRAY')
  const maps = SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build()
  expect(() => project(maps, [1], maps)).toThrow('A value of class java.util.ArrayList cannot be projected as a MAP')
})
test('what is in a list of no known type cannot be projected', () => {
  const untyped = SchemaBuilder.arrayOfNull().build()
  expect(project(untyped, [], untyped)).toEqual([])
  expect(() => project(untyped, [1], untyped)).toThrow('The source schema has none for its elements')
})
test('an optional writer needs a default of a required reader', () => {
  const withDefault = SchemaBuilder.string().defaultValue('d').build()
  expect(project(OPTIONAL_STRING_SCHEMA, null, withDefault)).toBe('d')
  expect(project(OPTIONAL_STRING_SCHEMA, 'x', withDefault)).toBe('x')
  expect(project(OPTIONAL_STRING_SCHEMA, null, OPTIONAL_STRING_SCHEMA)).toBeNull()
  expect(() => project(OPTIONAL_STRING_SCHEMA, 'x', STRING_SCHEMA)).toThrow('Writer schema is optional, however, target schema does not provide a default value.')
})
test('names and parameters must be equal', () => {
  expect(() => project(SchemaBuilder.string().name('a').build(), 'x', STRING_SCHEMA)).toThrow('Schema name mismatch. source name: a and target name: null')
  const parameters = 'Schema parameters not equal. source parameters: {scale=1} and target parameters: {scale=2}'
  expect(() => project(SchemaBuilder.decimal(1).build(), null, SchemaBuilder.decimal(2).build())).toThrow(parameters)
  const one = SchemaBuilder.string().parameter('a', '1').parameter('b', '2').build()
  expect(project(one, 'x', SchemaBuilder.string().parameter('b', '2').parameter('a', '1').build())).toBe('x')
  expect(() => project(one, 'x', SchemaBuilder.string().parameter('a', '1, b=2').build())).toThrow('Schema parameters not equal.')
})
test('structs gain fields with defaults and optional ones, and lose what the reader does not know', () => {
  const source = SchemaBuilder.struct().name('s').field('a', INT8_SCHEMA).field('gone', STRING_SCHEMA).build()
  const target = SchemaBuilder.struct().name('s').field('new', OPTIONAL_STRING_SCHEMA).field('a', INT64_SCHEMA).field('d', SchemaBuilder.int32().defaultValue(5)).build()
  const projected = project(source, new Struct(source).put('a', 1).put('gone', 'x'), target) as Struct
  expect([projected.get('new'), projected.get('a'), projected.get('d')]).toEqual([null, 1, 5])
  const needs = SchemaBuilder.struct().name('s').field('b', STRING_SCHEMA).build()
  expect(() => project(source, new Struct(source).put('a', 1).put('gone', 'x'), needs)).toThrow('Required field `b` is missing from source schema: Schema{s:STRUCT}')
})
test('what is wrong inside a field is the cause', () => {
  const source = SchemaBuilder.struct().field('a', STRING_SCHEMA).build()
  const target = SchemaBuilder.struct().field('a', INT8_SCHEMA).build()
  const error = (() => {
    try {
      return project(source, new Struct(source).put('a', 'x'), target)
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toBeInstanceOf(SchemaProjectorException)
  expect(error).toMatchObject({ message: 'Error projecting a', cause: { message: 'Schema type mismatch. source type: STRING and target type: INT8' } })
})
test('arrays and maps are projected item by item', () => {
  expect(project(SchemaBuilder.array(INT8_SCHEMA).build(), [1, 2], SchemaBuilder.array(FLOAT64_SCHEMA).build())).toEqual([1, 2])
  const from = SchemaBuilder.map(STRING_SCHEMA, INT8_SCHEMA).build()
  expect(project(from, { a: 1 }, SchemaBuilder.map(STRING_SCHEMA, INT32_SCHEMA).build())).toEqual(new Map([['a', 1]]))
})
