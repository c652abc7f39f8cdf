/** Columns as connectors and tasks have them: packed values become the bytes that objects become, and bytes become packed columns. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAvro } from '../../../src/converters/avro/schema.ts'
import type { Converter, DecodedColumn } from '../../../src/converters/types.ts'
import { Decimal } from '../../../src/data/logical.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'
import { hostValues } from '../../../src/wire/host-columns.ts'
import { SchemaTable } from '../../../src/wire/schema-table.ts'
import { Tag, ValuesError } from '../../../src/wire/values.ts'
import { startRegistry, type TestRegistry } from '../../registry/registry.ts'
import { avroTree, structOf } from './generated.ts'
import { avroConverter, decodeAll, decodeOne, encodeAll, encodeOne, type Row, topics } from './support.ts'

let registry: TestRegistry
let converter: Converter
let enhanced: Converter
beforeAll(async () => {
  registry = await startRegistry()
  registry.store.globalLevel = 'NONE'
  converter = avroConverter(registry)
  enhanced = avroConverter(registry, { 'enhanced.avro.schema.support': 'true' })
})
afterAll(() => registry[Symbol.asyncDispose]())

/** A registered schema, and Avro data of it behind its id. */
const registered = (schema: unknown): ((...bytes: readonly number[]) => Buffer) => {
  const { id } = registry.store.register('t-value', { schema: JSON.stringify(schema), references: [] }, false)
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return (...bytes) => Buffer.concat([head, Buffer.from(bytes)])
}
const sameBothWays = async (to: Converter, rows: readonly Row[]): Promise<void> => {
  const [objects, packed] = [await encodeAll(to, rows), await encodeAll(to, rows, 'packed')]
  expect(packed.map((row) => (row instanceof Error ? row.message : (row?.toString('hex') ?? null)))).toEqual(objects.map((row) => (row instanceof Error ? row.message : (row?.toString('hex') ?? null))))
}

test('300 batches of generated values: a packed column becomes the bytes that its values become one by one', async () => {
  await fc.assert(fc.asyncProperty(fc.array(avroTree, { minLength: 1, maxLength: 4 }), async (cases) => {
    const whole = structOf(cases)
    await sameBothWays(converter, [[whole.value, whole.schema], [null, null], ...cases.map(({ value, schema }): Row => [value, schema]), [whole.value, whole.schema]])
  }), { seed: 8_105, numRuns: 300 })
})
const withDefaults = SchemaBuilder.struct().name('n.Defaults').field('a', SchemaBuilder.int32().optional().defaultValue(7).build()).field('b', schemas.OPTIONAL_STRING_SCHEMA)
  .field('inner', SchemaBuilder.struct().name('n.Inner').optional().field('x', schemas.INT64_SCHEMA).build()).build()
const place = withDefaults.field('inner')?.schema as Schema
const union = SchemaBuilder.struct().name('io.confluent.connect.avro.Union').optional().field('int', schemas.OPTIONAL_INT32_SCHEMA).field('string', schemas.OPTIONAL_STRING_SCHEMA).build()
const suit = SchemaBuilder.string().name('n.Suit').parameter('io.confluent.connect.avro.Enum', 'n.Suit').parameter('io.confluent.connect.avro.Enum.A', 'A').parameter('io.confluent.connect.avro.Enum.B', 'B').build()
const hash = SchemaBuilder.bytes().name('n.Hash').parameter('connect.fixed.size', '2').build()
test.each<readonly [string, readonly Row[]]>([
  ['nulls that a default stands in for', [[new Struct(withDefaults), withDefaults], [new Struct(withDefaults).put('b', 'x').put('inner', new Struct(place).put('x', 2 ** 40)), withDefaults]]],
  ['members of unions, and none', [[new Struct(union).put('string', 'x'), union], [new Struct(union).put('int', 1).put('string', 'x'), union], [new Struct(union).put('string', 'y'), union], [new Struct(union), union], [null, union]]],
  ['symbols, and what is no symbol', [['A', suit], ['B', suit], ['C', suit]]],
  ['fixed bytes of the right size, and of another', [[new Uint8Array([1, 2]), hash], [new Uint8Array(3), hash]]],
  ['plain objects as maps', [[{ b: 1, a: 2, 1: 3 }, SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.INT8_SCHEMA).build()], [new Map([[1, 'x']]), SchemaBuilder.map(schemas.INT8_SCHEMA, schemas.STRING_SCHEMA).build()], [{ é: 'x', '\ud800': 'y', ['__proto__']: 'z' }, SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.STRING_SCHEMA).build()], [{ 1: 'x' }, SchemaBuilder.map(schemas.INT8_SCHEMA, schemas.STRING_SCHEMA).build()], [{ a: null }, SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.STRING_SCHEMA).build()]]],
  ['maps with a key that is null or no text', [[new Map([[null, 1]]), SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.INT8_SCHEMA).build()], [new Map([[1, 1]]), SchemaBuilder.map(schemas.STRING_SCHEMA, schemas.INT8_SCHEMA).build()]]],
  ['dates between their units, and decimals of other scales', [[new Date(1), SchemaBuilder.date().build()], [new Date(-1), SchemaBuilder.time().build()], [new Date(NaN), SchemaBuilder.timestamp().build()], [new Decimal(1n, 3), SchemaBuilder.decimal(2).build()]]],
  ['numbers that are no doubles or beyond their type', [[2 ** 62, schemas.INT64_SCHEMA], [-0, schemas.INT64_SCHEMA], [2 ** 63, schemas.INT64_SCHEMA], [-(2 ** 63), schemas.INT64_SCHEMA], [2n ** 64n, schemas.INT64_SCHEMA], [NaN, schemas.INT32_SCHEMA], [1e40, schemas.FLOAT32_SCHEMA]]],
  ['texts, optional and not, with nulls between', [['é', schemas.STRING_SCHEMA], [null, schemas.OPTIONAL_STRING_SCHEMA], ['', schemas.OPTIONAL_STRING_SCHEMA], ['x'.repeat(200), schemas.STRING_SCHEMA], [null, schemas.STRING_SCHEMA], ['x', schemas.INT8_SCHEMA]]],
  ['schemaless values', [[{ a: [1, 'x'] }, null], [1.5, null], [null, null]]],
])('packed and not, the bytes and the errors are the same: %s', async (_, rows) => {
  await sameBothWays(enhanced, rows)
  await sameBothWays(enhanced, [...rows, [1, schemas.INT32_SCHEMA]])
})
test('a column that is damaged fails as a whole, not by its rows', async () => {
  const schema = structOf([{ schema: schemas.INT32_SCHEMA, value: 1 }]).schema
  await encodeOne(converter, new Struct(schema).put('f0', 1), schema)
  const column = { kind: 'values', data: new Uint8Array([Tag.STRUCT, 0, Tag.INT]), strings: { kind: 'utf8', lengths: new Int32Array(0), bytes: new Uint8Array(0) }, names: [] } as const
  expect(() => converter.fromConnect({ count: 1, column, schemas: [schema], schema: null }, topics)).toThrow(ValuesError)
})
test('bytes that had to wait for the registry stay as they are when the next batch does not wait', async () => {
  const [first, second] = [SchemaBuilder.struct().name('n.Waits').field('a', schemas.STRING_SCHEMA).build(), schemas.STRING_SCHEMA]
  const column = (values: readonly unknown[], schema: Schema) => ({ count: values.length, column: { kind: 'objects', values }, schemas: [schema], schema: null }) as const
  await converter.fromConnect(column(['known'], second), topics)
  const waited = converter.fromConnect(column([new Struct(first).put('a', 'first')], first), topics)
  expect(waited).toBeInstanceOf(Promise)
  const { bytes, start, end } = await waited
  expect(converter.fromConnect(column(['the second batch'], second), topics)).not.toBeInstanceOf(Promise)
  expect(Buffer.from(bytes).toString('latin1', (start[0] as number) + 6, end[0])).toBe('first')
})
test('a schema that has nothing but nulls is not registered', async () => {
  const schema = SchemaBuilder.struct().name('n.Never').optional().build()
  const rows: readonly Row[] = [[1, schemas.INT32_SCHEMA], [null, schema], [2, schemas.INT32_SCHEMA]]
  expect(await encodeAll(converter, rows, 'packed')).toEqual([expect.any(Buffer), null, expect.any(Buffer)])
  expect(registry.store.subjects(false).flatMap((subject) => registry.store.versions(subject)).some((version) => version.schema.includes('Never'))).toBe(false)
})

const decodeColumn = async (rows: readonly (Buffer | null)[]): Promise<DecodedColumn & { readonly values: readonly unknown[] }> => {
  const bytes = Buffer.concat(rows.map((row) => row ?? Buffer.alloc(0)))
  let at = 0
  const start = Int32Array.from(rows, (row) => (row === null ? -1 : (at += row.length) - row.length))
  const end = Int32Array.from(rows, (row, index) => (row === null ? -1 : (start[index] as number) + row.length))
  const table = new SchemaTable()
  const decoded = await converter.toConnect([{ count: rows.length, bytes, start, end }], topics, table)
  return { ...decoded, values: hostValues(decoded.column, rows.length, table.schemas) }
}
test('texts alone stay text, nulls among them, and nothing but nulls is no column', async () => {
  const text = registered('string')
  const texts = await decodeColumn([text(2, 0x61), null, text(4, 0xc3, 0xa9)])
  expect([texts.column.kind, texts.values]).toEqual(['utf8', ['a', null, 'é']])
  expect((await decodeColumn([null, null])).column.kind).toBe('null')
  expect((await decodeColumn([text(2, 0x61), registered('int')(2)])).values).toEqual(['a', 1])
})
test('bytes that are no text are read as Java reads them, whatever stands beside', async () => {
  const text = registered('string')
  const pair = registered({ type: 'record', name: 'Pair', fields: [{ name: 'a', type: 'string' }, { name: 'b', type: 'string' }] })
  // the halves of é in two neighbours
  expect((await decodeColumn([text(2, 0xc3), text(2, 0xa9), text(2, 0x61)])).values).toEqual(['\ufffd', '\ufffd', 'a'])
  expect((await decodeColumn([pair(2, 0xc3, 2, 0xa9)])).values.map(String)).toEqual(['Struct{a=\ufffd,b=\ufffd}'])
  // an encoded surrogate is one character to Java
  expect((await decodeColumn([text(6, 0xed, 0xa0, 0x80), text(2, 0x62)])).values).toEqual(['\ufffd', 'b'])
})
test('arrays and maps of any size come back, in one block or in several', async () => {
  const ints = registered({ type: 'array', items: 'int' })
  const list = Array.from({ length: 1000 }, (_, index) => index)
  const schema = SchemaBuilder.array(SchemaBuilder.array(schemas.INT32_SCHEMA).build()).build()
  const nested = [list, [], list.slice(0, 127), list.slice(0, 128), [1]]
  expect((await decodeOne(converter, await encodeOne(converter, nested, schema))).value).toEqual(nested)
  expect((await decodeColumn([ints(4, 2, 4, 2, 6, 0), ints(3, 4, 2, 4, 0), ints(0)])).values).toEqual([[1, 2, 3], [1, 2], []])
  const blocks = Array.from({ length: 150 }, (_, index) => [2, (index % 60) * 2]).flat()
  expect((await decodeColumn([ints(...blocks, 0)])).values).toEqual([Array.from({ length: 150 }, (_, index) => index % 60)])
  expect((await decodeColumn([registered({ type: 'map', values: 'int' })(4, 2, 0x61, 2, 2, 0x61, 4, 0)])).values).toEqual([new Map([['a', 2]])])
})
test('entries of a map may have their value before their key', async () => {
  const entry = { type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro', fields: [{ name: 'value', type: 'string' }, { name: 'key', type: 'int' }] }
  expect((await decodeColumn([registered({ type: 'array', items: entry })(4, 2, 0x61, 2, 2, 0x62, 4, 0)])).values).toEqual([new Map([[1, 'a'], [2, 'b']])])
})
test('maps in maps with the value before the key are read in time that grows with their depth, not doubled by every level', async () => {
  const depth = 60
  let type: unknown = 'int'
  for (let level = 0; level < depth; level++) type = { type: 'array', items: { type: 'record', name: `E${level}`, namespace: 'n', 'connect.internal.type': 'MapEntry', fields: [{ name: 'value', type }, { name: 'key', type: 'int' }] } }
  const bytes = [...Array.from({ length: depth }, () => 2), 14, ...Array.from({ length: depth }, (_, level) => [level, 0]).flat()]
  const { values } = await decodeColumn([registered(type)(...bytes)])
  let inner: unknown = values[0]
  for (let level = depth - 1; level >= 0; level--) inner = (inner as Map<unknown, unknown>).get(level % 2 === 0 ? level / 2 : -(level + 1) / 2)
  expect(inner).toBe(7)
})
test('items of no bytes are claimed up to a limit, in one block or in many', async () => {
  const nothing = registered({ type: 'array', items: { type: 'record', name: 'Nothing', fields: [] } })
  const most = [0x80, 0x89, 0x7a] // a million
  const rows = await decodeAll(converter, [nothing(...Array.from({ length: 30_000 }, () => most).flat(), 0), nothing(4, 0), nothing(...most, 2, 0), nothing(...most, 0)])
  const claims = 'The Avro data claims more empty items than anybody writes'
  expect(rows.map((row) => (row instanceof Error ? row.message : (row.value as readonly unknown[]).length))).toEqual([claims, 2, claims, 1_000_000])
})
test('a fixed type of less than no bytes is no Avro schema', () => {
  expect(() => parseAvro('{"type":"fixed","name":"F","size":-1}')).toThrow(/F without a size, or with one below 0/)
})
test('decimals with more bytes than they need, or none, and dates beyond JavaScript’s', async () => {
  const decimal = registered({ type: 'record', name: 'D', fields: [{ name: 'd', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } }] })
  const date = registered({ type: 'record', name: 'D', fields: [{ name: 'd', type: { type: 'int', logicalType: 'date' } }] })
  const rows = await decodeAll(converter, [decimal(6, 0, 0, 0x7f), decimal(6, 0xff, 0xff, 0x80), decimal(4, 0, 0x80), decimal(0), date(0xfe, 0xff, 0xff, 0xff, 0x0f), decimal(2, 0)])
  expect(rows.map((row) => (row instanceof Error ? row.message : String(row.value)))).toEqual([
    'Struct{d=1.27}', 'Struct{d=-1.28}', 'Struct{d=1.28}', 'Zero length BigInteger', expect.stringContaining('beyond the dates that JavaScript has'), 'Struct{d=0.00}',
  ])
})
