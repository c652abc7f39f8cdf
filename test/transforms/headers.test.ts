/** The transformations and predicates that deal with headers, tombstones and topics. */
import { describe, expect, test } from 'vitest'
import { ConnectHeaders } from '../../src/data/headers.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import type { ConnectRecord } from '../../src/data/record.ts'
import { apply, fieldsOf, holds, make, shape, struct } from './apply.ts'

const headersOf = (record: ConnectRecord | null): unknown[] => [...(record?.headers ?? [])].map(({ key, value, schema }) => [key, value, schema?.type ?? null])
const headers = (): ConnectHeaders => new ConnectHeaders().addString('a', 'x').addInt('b', 1).addString('a', 'y')

test('DropHeaders removes every header of the names given', () => {
  const given = headers()
  expect(headersOf(apply('DropHeaders', { headers: 'a,c' }, { headers: given }))).toEqual([['b', 1, 'INT32']])
  expect(given.size).toBe(3)
  expect(make('DropHeaders', { headers: '' })).toThrow("Configuration 'headers' must not be empty. Valid values include: any non-empty value")
})

test('DropHeaders leaves headers whose names differ in case', () => {
  const given = new ConnectHeaders([{ key: 'a', value: 1, schema: null }, { key: 'A', value: 2, schema: null }])
  expect(headersOf(apply('DropHeaders', { headers: 'a' }, { headers: given }))).toEqual([['A', 2, null]])
})

test.each([['1', 1, 'INT8'], ['text', 'text', 'STRING'], ['true', true, 'BOOLEAN'], ['null', null, null], ['[1,2]', [1, 2], 'ARRAY']])('InsertHeader reads the literal %s', (literal, value, type) => {
  expect(headersOf(apply('InsertHeader', { header: 'h', 'value.literal': literal }, { headers: headers() })).at(-1)).toEqual(['h', value, type])
})

describe('HeaderFrom', () => {
  const schema = SchemaBuilder.struct().field('a', SchemaBuilder.int32().optional().defaultValue(4).build()).field('b', schemas.STRING_SCHEMA).build()
  const config = (operation: string, fields = 'a', names = 'h') => ({ fields, headers: names, operation })
  test('copies and moves fields of a struct', () => {
    const value = struct(schema, { b: 'B' })
    const copied = apply('HeaderFrom$Value', config('copy'), { valueSchema: schema, value })
    expect([headersOf(copied), shape(copied?.valueSchema)]).toEqual([[['h', 4, 'INT32']], 'a:INT32? b:STRING'])
    const moved = apply('HeaderFrom$Value', config('move'), { valueSchema: schema, value })
    expect([headersOf(moved), shape(moved?.valueSchema), fieldsOf(moved?.value)]).toEqual([[['h', 4, 'INT32']], 'b:STRING', { b: 'B' }])
  })
  test('copies and moves entries of a map, a missing one as null', () => {
    const record = apply('HeaderFrom$Key', config('move', 'x,y', 'h,i'), { key: { x: 1, z: 2 } })
    expect([headersOf(record), record?.key]).toEqual([[['h', 1, null], ['i', null, null]], { z: 2 }])
  })
  test('refuses what it cannot do', () => {
    expect(make('HeaderFrom$Value', config('copy', 'a,b'))).toThrow("'fields' config must have the same number of elements as 'headers' config.")
    expect(make('HeaderFrom$Value', config('copy', ''))).toThrow('Invalid value [] for configuration fields: Empty list')
    expect(() => apply('HeaderFrom$Value', config('copy'), {})).toThrow('Only Map objects supported in absence of schema for [header copy], found: null')
    expect(() => apply('HeaderFrom$Value', config('move'), { valueSchema: schema })).toThrow('Only Struct objects supported for [header move], found: null')
    expect(() => apply('HeaderFrom$Value', config('copy', 'z'), { valueSchema: schema, value: struct(schema, { b: 'B' }) })).toThrow(expect.objectContaining({ name: 'NullPointerException' }))
  })
})

test('Filter drops', () => expect(apply('Filter', {}, {})).toBeNull())

describe('predicates', () => {
  test('HasHeaderKey', () => {
    expect([holds('HasHeaderKey', { name: 'a' }, { headers: headers() }), holds('HasHeaderKey', { name: 'A' }, { headers: headers() })]).toEqual([true, false])
    expect(() => holds('HasHeaderKey', { name: '' }, {})).toThrow('Invalid value  for configuration name: String must be non-empty')
  })
  test('RecordIsTombstone looks at the value alone', () => {
    expect([holds('RecordIsTombstone', {}, { valueSchema: schemas.STRING_SCHEMA }), holds('RecordIsTombstone', {}, { value: '' })]).toEqual([true, false])
  })
  test('TopicNameMatches wants the whole name', () => {
    expect([holds('TopicNameMatches', { pattern: 'a.c' }, { topic: 'abc' }), holds('TopicNameMatches', { pattern: 'a.c' }, { topic: 'abcd' })]).toEqual([true, false])
    expect(() => holds('TopicNameMatches', { pattern: '[' }, {})).toThrow('Invalid value [ for configuration pattern: Invalid regex: ')
  })
})
