/** The transformations that move, name, wrap, mask and flatten fields. */
import { describe, expect, test } from 'vitest'
import { JavaDouble } from '../../src/data/java-double.ts'
import { Decimal } from '../../src/data/logical.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { stepsOf } from '../../src/transforms/field-path.ts'
import { apply, applyToSource, fieldsOf, make, shape, struct } from './apply.ts'

const { INT32_SCHEMA: int32, STRING_SCHEMA: string, OPTIONAL_STRING_SCHEMA: optionalString } = schemas
const inner = SchemaBuilder.struct().field('x', int32).field('y', optionalString).build()
const schema = SchemaBuilder.struct().name('s').optional().field('a', SchemaBuilder.int32().optional().defaultValue(5).build()).field('b', string).field('in', inner).build()
const value = struct(schema, { b: 'B', in: struct(inner, { x: 1 }) })
const typed = { valueSchema: schema, value }

describe('ReplaceField', () => {
  test('leaves out, keeps and renames', () => {
    const record = apply('ReplaceField$Value', { exclude: 'in', renames: 'a:A' }, typed)
    expect([shape(record?.valueSchema), record?.valueSchema?.isOptional, fieldsOf(record?.value)]).toEqual(['A:INT32? b:STRING', false, { A: 5, b: 'B' }])
    expect(apply('ReplaceField$Key', { include: 'a,b', exclude: 'b', renames: 'a:c' }, { key: { a: 1, b: 2, d: 3 } })?.key).toEqual({ c: 1 })
    expect(fieldsOf(apply('ReplaceField$Value', { include: 'a', 'replace.null.with.default': 'false' }, typed)?.value)).toEqual({})
  })
  test('does nothing to null', () => expect(apply('ReplaceField$Value', { exclude: 'a' }, { valueSchema: schema })?.valueSchema).toBe(schema))
  test('refuses a mapping that is none, repeated names and other values', () => {
    expect(make('ReplaceField$Value', { renames: 'a' })).toThrow('Invalid value [a] for configuration renames: Invalid rename mapping: a')
    expect(make('ReplaceField$Value', { include: 'a,,b' })).toThrow("Configuration 'include' values must not be empty.")
    expect(() => apply('ReplaceField$Value', {}, { value: 'x' })).toThrow('Only Map objects supported in absence of schema for [field replacement], found: java.lang.String')
    expect(() => apply('ReplaceField$Value', {}, { value: 'x', valueSchema: string })).toThrow('Only Struct objects supported for [field replacement], found: java.lang.String')
  })
})

describe('InsertField', () => {
  const all = { 'topic.field': 'topic!', 'partition.field': 'part?', 'offset.field': 'off', 'timestamp.field': 'ts', 'static.field': 'st', 'static.value': 'v' }
  test('inserts what is known of a record, in order', () => {
    const record = apply('InsertField$Value', all, typed)
    expect(shape(record?.valueSchema)).toBe('a:INT32? b:STRING in:STRUCT topic:STRING part:INT32? off:INT64? ts:INT64?(Timestamp) st:STRING?')
    expect(fieldsOf(record?.value)).toMatchObject({ a: 5, topic: 't', part: 3, off: 42, ts: new Date(1000), st: 'v' })
    expect(apply('InsertField$Value', all, { value: { topic: 1 } })?.value).toEqual({ topic: 't', part: 3, off: 42, ts: 1000, st: 'v' })
  })
  test('leaves out what there is not', () => {
    expect(applyToSource('InsertField$Value', { 'partition.field': 'p', 'timestamp.field': 'ts' }, { value: {} })?.value).toEqual({})
    expect(() => applyToSource('InsertField$Value', { 'offset.field': 'o' }, { value: {} })).toThrow('Only SinkRecord supported for [field insertion], found: org.apache.kafka.connect.source.SourceRecord')
  })
  test('refuses a name that is there, and to insert nothing', () => {
    expect(() => apply('InsertField$Value', { 'topic.field': 'a' }, typed)).toThrow('Cannot create field because of field name duplication a')
    expect(make('InsertField$Value', {})).toThrow('No field insertion configured')
    expect(make('InsertField$Value', { 'static.field': 'x' })).toThrow('Invalid value null for configuration static.value: No value specified for static field: ')
  })
})

describe('ExtractField', () => {
  const path = (field: string, version = 'V1') => ({ field, 'field.syntax.version': version })
  test('takes a field with its schema', () => {
    expect(apply('ExtractField$Value', path('a'), typed)).toMatchObject({ value: 5, valueSchema: { type: 'INT32' } })
    expect(apply('ExtractField$Value', path('in.x', 'v2'), typed)).toMatchObject({ value: 1, valueSchema: { type: 'INT32' } })
    expect(apply('ExtractField$Value', path('a'), { valueSchema: schema })).toMatchObject({ value: null, valueSchema: { type: 'INT32' } })
    expect(apply('ExtractField$Value', path('a.b'), { value: { 'a.b': 1 } })?.value).toBe(1)
    expect(apply('ExtractField$Value', path('a.b', 'V2'), { value: { a: { b: 2 } } })?.value).toBe(2)
    expect(apply('ExtractField$Value', path('a.b', 'V2'), { value: {} })?.value).toBeNull()
  })
  test('a path of V2 goes by way of defaults, whatever replace.null.with.default says of the field at its end', () => {
    const inside = SchemaBuilder.struct().field('x', SchemaBuilder.int32().optional().defaultValue(7).build()).field('y', schemas.INT32_SCHEMA)
    const bare = inside.build()
    const outside = SchemaBuilder.struct().field('in', inside.defaultValue(struct(bare, { y: 2 })).optional().build()).build()
    const given = { valueSchema: outside, value: struct(outside, {}) }
    const valueOf = (field: string, replaces: string) => apply('ExtractField$Value', { ...path(field, 'V2'), 'replace.null.with.default': replaces }, given)?.value
    expect([valueOf('in.y', 'false'), valueOf('in.x', 'false'), valueOf('in.x', 'true')]).toEqual([2, null, 7])
  })
  test('refuses what is not there', () => {
    expect(() => apply('ExtractField$Value', path('in.x'), typed)).toThrow(expect.objectContaining({ name: 'IllegalArgumentException', message: 'Unknown field: in.x' }))
    expect(() => apply('ExtractField$Value', path('a.b', 'V2'), { value: { a: 'x' } })).toThrow('Only Map objects supported in absence of schema for [nested field access], found: java.lang.String')
    expect(make('ExtractField$Value', path('a', 'V3'))).toThrow('Invalid value V3 for configuration field.syntax.version: String must be one of (case insensitive): V1, V2')
  })
  test.each([
    ['a.b', ['a', 'b']], ['`a.b`.c', ['a.b', 'c']], ['a`b.c', ['a`b', 'c']], ['`a`b`.c', ['a`b', 'c']], ['`a\\`.b`.c', ['a`.b', 'c']], ['a.', ['a', '']], ['.', ['', '']],
  ])('the path %s has the steps %s', (text, steps) => {
    expect(stepsOf(text)).toEqual(steps)
  })
  test.each([['`a.b', 0], ['a.`b', 2], ['`a\\`', 0]])('the path %s is incomplete', (text, position) => {
    expect(() => stepsOf(text)).toThrow(`Incomplete backtick pair in path: [${text}], consider adding a backslash before backtick at position ${position} to escape it`)
  })
})

describe('HoistField', () => {
  test('wraps what there is', () => {
    expect(apply('HoistField$Key', { field: 'f' }, { key: 1 })?.key).toEqual({ f: 1 })
    expect(apply('HoistField$Value', { field: 'f' }, { value: null })?.value).toEqual({ f: null })
    const record = apply('HoistField$Value', { field: 'f' }, { value: 'x', valueSchema: string })
    expect([shape(record?.valueSchema), fieldsOf(record?.value)]).toEqual(['f:STRING', { f: 'x' }])
  })
  test('refuses null for a required schema', () => {
    expect(() => apply('HoistField$Value', { field: 'f' }, { valueSchema: string })).toThrow('Invalid value: null used for required field: "f", schema type: STRING')
  })
})

describe('ValueToKey', () => {
  test('makes a key of fields in the order given', () => {
    const record = apply('ValueToKey', { fields: 'b,a' }, typed)
    expect([shape(record?.keySchema), fieldsOf(record?.key)]).toEqual(['b:STRING a:INT32?', { b: 'B', a: 5 }])
    expect(apply('ValueToKey', { fields: 'a,z' }, { value: { a: 1 } })?.key).toEqual({ a: 1, z: null })
  })
  test('refuses a field that is not there, and null', () => {
    expect(() => apply('ValueToKey', { fields: 'z' }, typed)).toThrow('Field does not exist: z')
    expect(() => apply('ValueToKey', { fields: 'z' }, {})).toThrow('Only Map objects supported in absence of schema for [copying fields from value to key], found: null')
    expect(make('ValueToKey', { fields: '' })).toThrow("Configuration 'fields' must not be empty. Valid values include: any non-empty value")
  })
})

describe('MaskField', () => {
  test('empties fields by their type', () => {
    const given = { s: 'x', i: 1, d: new JavaDouble(2), b: true, l: [1], m: { a: 1 }, t: new Date(5), n: null, big: Decimal.parse('1.50'), keep: 9 }
    expect(apply('MaskField$Value', { fields: 's,i,d,b,l,m,t,n,big,none' }, { value: given })?.value).toEqual({
      s: '', i: 0, d: new JavaDouble(0), b: false, l: [], m: {}, t: new Date(0), n: null, big: new Decimal(0n, 0), keep: 9, none: null,
    })
    expect(fieldsOf(apply('MaskField$Value', { fields: 'a,b' }, typed)?.value)).toMatchObject({ a: 0, b: '' })
  })
  test('replaces numbers and texts', () => {
    expect(apply('MaskField$Value', { fields: 's,i,d,big', replacement: '7' }, { value: { s: 'x', i: 1, d: 1.5, big: Decimal.parse('1.50') } })?.value).toEqual({ s: '7', i: 7, d: new JavaDouble(7), big: new Decimal(7n, 0) })
  })
  test.each([
    [{ fields: 'f' }, Uint8Array.of(1), 'Cannot mask value of type: class [B'],
    [{ fields: 'f', replacement: '1' }, true, 'Cannot mask value of type class java.lang.Boolean with custom replacement.'],
    [{ fields: 'f', replacement: 'q' }, 1, 'Unable to convert q (class java.lang.String) to a number'],
    [{ fields: 'f', replacement: 'q' }, Decimal.parse('1'), 'Unable to convert q (class java.lang.String) to number'],
  ])('%s refuses %s', (config, f, message) => {
    expect(() => apply('MaskField$Value', config, { value: { f } })).toThrow(message)
  })
})

describe('Flatten', () => {
  test('joins names; optional around a field makes it optional, and absent structs leave nulls', () => {
    const record = apply('Flatten$Value', { delimiter: '_' }, typed)
    expect([shape(record?.valueSchema), record?.valueSchema?.isOptional, fieldsOf(record?.value)]).toEqual(['a:INT32? b:STRING? in_x:INT32? in_y:STRING?', false, { a: 5, b: 'B', in_x: 1 }])
    const outer = SchemaBuilder.struct().field('in', SchemaBuilder.struct().optional().field('x', SchemaBuilder.int32().defaultValue(3).build()).build()).build()
    const absent = apply('Flatten$Value', {}, { valueSchema: outer, value: struct(outer, {}) })
    expect([shape(absent?.valueSchema), fieldsOf(absent?.value), absent?.valueSchema?.field('in.x')?.schema.defaultValue]).toEqual(['in.x:INT32?', {}, 3])
  })
  test('flattens maps; arrays stay, empty maps vanish', () => {
    expect(apply('Flatten$Value', {}, { value: { a: { b: 1, c: { d: [1, { e: 2 }] }, none: {} }, n: null } })?.value).toEqual({ 'a.b': 1, 'a.c.d': [1, { e: 2 }], n: null })
  })
  test('refuses maps beside a schema, structs and dates without one', () => {
    const withMap = SchemaBuilder.struct().field('m', SchemaBuilder.map(string, string).build()).build()
    expect(() => apply('Flatten$Value', {}, { valueSchema: withMap, value: struct(withMap, { m: {} }) })).toThrow('Flatten transformation does not support MAP for record with schemas (for field m).')
    const list: Schema = SchemaBuilder.struct().name('L').field('next', () => list).optional().build()
    expect(() => apply('Flatten$Value', {}, { valueSchema: list, value: struct(list, {}) })).toThrow('Flatten transformation does not support Schema{L:STRUCT}, which contains itself: it has no end of fields')
    const tree: Schema = SchemaBuilder.struct().field('children', SchemaBuilder.array(() => tree)).build()
    expect(shape(apply('Flatten$Value', {}, { valueSchema: tree, value: struct(tree, { children: [] }) })?.valueSchema)).toBe('children:ARRAY')
    expect(() => apply('Flatten$Value', {}, { value: { a: { s: value } } })).toThrow('Flatten transformation does not support class org.apache.kafka.connect.data.Struct for record without schemas (for field a.s).')
    expect(() => apply('Flatten$Value', {}, { value: { a: new Date(0) } })).toThrow("Flatten transformation was passed a value of type class java.util.Date which is not supported by Connect's data API")
  })
})

describe('SetSchemaMetadata', () => {
  test('changes name and version of a struct', () => {
    const record = apply('SetSchemaMetadata$Value', { 'schema.name': 'n', 'schema.version': '3' }, typed)
    expect(record?.valueSchema).toMatchObject({ name: 'n', version: 3, isOptional: true })
    expect(fieldsOf(record?.value)).toMatchObject({ a: 5, b: 'B' })
    expect(apply('SetSchemaMetadata$Value', { 'schema.version': '3' }, { valueSchema: schema })).toMatchObject({ value: null, valueSchema: { name: 's', version: 3 } })
  })
  test('refuses what it cannot change', () => {
    expect(() => apply('SetSchemaMetadata$Value', { 'schema.name': 'n' }, { value: 1 })).toThrow('Schema required for [updating schema metadata]')
    expect(() => apply('SetSchemaMetadata$Value', { 'schema.name': 'n' }, { value: 'x', valueSchema: string })).toThrow('Cannot list fields on non-struct type')
    expect(make('SetSchemaMetadata$Value', {})).toThrow('Neither schema name nor version configured')
  })
})
