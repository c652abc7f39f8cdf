/** Values as Avro and back: avsc, another implementation, reads what we write; what comes back is what went in. */
import avro from 'avsc'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Converter } from '../../../src/converters/types.ts'
import { Decimal } from '../../../src/data/logical.ts'
import { deepEquals, type Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'
import { startRegistry, type TestRegistry } from '../../registry/registry.ts'
import { avroTree, structOf } from './generated.ts'
import { avroConverter, decodeAll, decodeOne, encodeAll, encodeOne } from './support.ts'

let registry: TestRegistry
let converter: Converter
beforeAll(async () => {
  registry = await startRegistry()
  registry.store.globalLevel = 'NONE'
  converter = avroConverter(registry)
})
afterAll(() => registry[Symbol.asyncDispose]())

const payload = async (value: unknown, schema: Schema | null): Promise<string> => (await encodeOne(converter, value, schema)).subarray(5).toString('hex')

test('numbers, text and bytes have Avro’s bytes', async () => {
  const hex: string[] = []
  for (const [value, schema] of [[1, schemas.INT8_SCHEMA], [-2, schemas.INT32_SCHEMA], [64, schemas.INT64_SCHEMA], [2n ** 63n - 1n, schemas.INT64_SCHEMA], [-(2n ** 63n), schemas.INT64_SCHEMA],
    [1.5, schemas.FLOAT32_SCHEMA], [-0, schemas.FLOAT64_SCHEMA], [true, schemas.BOOLEAN_SCHEMA], ['é', schemas.STRING_SCHEMA]] as const) hex.push(await payload(value, schema))
  expect(hex).toEqual(['02', '03', '8001', 'feffffffffffffffff01', 'ffffffffffffffffff01', '0000c03f', '0000000000000080', '01', '04c3a9'])
})
test('bytes alone stand without a length, optional ones with it', async () => {
  expect(await payload(new Uint8Array([1, 2]), schemas.BYTES_SCHEMA)).toBe('0102')
  expect(await payload(new Uint8Array([1, 2]), schemas.OPTIONAL_BYTES_SCHEMA)).toBe('02040102')
  expect(await decodeOne(converter, await encodeOne(converter, new Decimal(-1n, 2), SchemaBuilder.decimal(2).build()))).toMatchObject({ value: new Decimal(-1n, 2) })
})
test('the first byte is 0 and the schema’s id follows', async () => {
  const bytes = await encodeOne(converter, 'x', schemas.STRING_SCHEMA)
  const id = bytes.readInt32BE(1)
  expect([bytes[0], registry.store.byId(id).schema]).toEqual([0, '"string"'])
})

test('any value comes back as it was, and avsc reads the same bytes to their end', async () => {
  await fc.assert(fc.asyncProperty(avroTree, async ({ schema, value }) => {
    const inner = structOf([{ schema, value }])
    const bytes = await encodeOne(converter, inner.value, inner.schema)
    const back = await decodeOne(converter, bytes)
    const { text } = { text: registry.store.byId(bytes.readInt32BE(1)).schema }
    const type = avro.Type.forSchema(JSON.parse(text) as avro.Schema, { registry: { long: bigLong() }, wrapUnions: true })
    const { offset } = type.decode(bytes.subarray(5), 0)
    return offset === bytes.length - 5 && deepEquals((back.value as Struct).at(0), value)
  }), { seed: 20_261_125, numRuns: 300 })
})
const bigLong = (): avro.Type => avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(), toBuffer: (value: bigint) => { const bytes = Buffer.alloc(8); bytes.writeBigInt64LE(value); return bytes },
  fromJSON: BigInt, toJSON: Number, isValid: (value: unknown) => typeof value === 'bigint', compare: () => 0,
}) as unknown as avro.Type

test('schemaless values come back, whole numbers as longs', async () => {
  const value = { a: [1, 2.5, 'x', true, null], b: { c: 2n ** 60n }, d: -0 }
  expect(await decodeOne(converter, await encodeOne(converter, value, null))).toEqual({ schema: null, value })
  expect(await encodeAll(converter, [[null, null]])).toEqual([null])
  expect(await encodeAll(converter, [[new Date(0), null]])).toMatchObject([{ message: expect.stringContaining('Unknown Java type for schemaless data') }])
})
test('enums, fixed bytes and unions come back through their Avro types', async () => {
  const enhanced = avroConverter(registry, { 'enhanced.avro.schema.support': 'true' })
  const text = JSON.stringify({
    type: 'record', name: 'R', namespace: 'n', fields: [
      { name: 'suit', type: { type: 'enum', name: 'Suit', symbols: ['A', 'B'] } },
      { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 2 } },
      { name: 'any', type: ['null', 'int', 'string', 'Suit'] },
    ],
  })
  const { id } = registry.store.register('t-value', { schema: text, references: [] }, false)
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  const bytes = Buffer.concat([head, Buffer.from([2, 9, 8, 6, 2])])
  const { value, schema } = await decodeOne(enhanced, bytes)
  const struct = value as Struct
  expect([struct.get('suit'), struct.get('hash'), String(struct.get('any'))]).toEqual(['B', new Uint8Array([9, 8]), 'Struct{n.Suit=B}'])
  const again = await encodeOne(enhanced, value, schema)
  expect(again.subarray(5)).toEqual(bytes.subarray(5))
})
const wrongField = new Struct(structOf([{ schema: schemas.STRING_SCHEMA, value: 'x' }, { schema: schemas.INT32_SCHEMA, value: 1 }]).schema)
wrongField.setAt(0, 'text')
wrongField.setAt(1, 'no number')
const misfits = [
  ['a text for a number', 'x', schemas.INT32_SCHEMA, 'Invalid type for INT32: class java.lang.String'],
  ['a number past its type', 128, schemas.INT8_SCHEMA, 'Invalid type for INT8'],
  ['null where it is not allowed', null, schemas.STRING_SCHEMA, 'Found null value for non-optional schema'],
  ['a number for a date', 1, SchemaBuilder.date().build(), 'Invalid type for Date, expected Date but was class'],
  ['a decimal of another scale', new Decimal(1n, 1), SchemaBuilder.decimal(2).build(), 'Decimal value has mismatching scale'],
  ['a struct of another schema', structOf([]).value, structOf([{ schema: schemas.INT8_SCHEMA, value: 1 }]).schema, 'Mismatching struct schema'],
  ['an integer past 64 bits', 2n ** 63n, schemas.INT64_SCHEMA, 'Invalid type for INT64'],
  ['a fraction for an integer', 1.5, schemas.INT64_SCHEMA, 'Invalid type for INT64'],
  ['a field of the wrong type', wrongField, wrongField.schema, 'Invalid type for INT32: class java.lang.String'],
] as const
test.each(misfits.flatMap((each) => [[...each, 'objects'], [...each, 'packed']] as const))('%s fails its row only (%#)', async (_, value, schema, message, form) => {
  const rows = await encodeAll(converter, [['before', schemas.STRING_SCHEMA], [value, schema], ['after', schemas.STRING_SCHEMA]], form)
  expect(rows).toEqual([expect.any(Buffer), expect.objectContaining({ message: expect.stringContaining(message) }), expect.any(Buffer)])
})
test.each([['x', schemas.INT64_SCHEMA, 'a schema of type INT64 takes a whole number that'], [1, SchemaBuilder.date().build(), 'a schema of type Date takes a valid Date']] as const)('the error of a misfit knows what its author has to give: %s (%#)', async (value, schema, hint) => {
  expect(await encodeAll(converter, [[value, schema]], 'objects')).toEqual([expect.objectContaining({ hint: expect.stringContaining(hint) })])
})
test('damaged records fail their rows, and never the batch', async () => {
  const good = await encodeOne(converter, structOf([{ schema: schemas.STRING_SCHEMA, value: 'x'.repeat(90) }]).value, structOf([{ schema: schemas.STRING_SCHEMA, value: '' }]).schema)
  await fc.assert(fc.asyncProperty(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(good.length), async (at, byte, length) => {
    const bad = Buffer.from(good)
    // the id stays: another one would be another schema
    bad[Math.max(at, 5)] = byte
    const rows = await decodeAll(converter, [bad.subarray(0, length), good, null])
    expect(rows.slice(1)).toEqual([expect.objectContaining({ value: expect.any(Struct) }), { value: null, schema: null }])
  }), { seed: 5, numRuns: 200 })
})
