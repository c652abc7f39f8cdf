/** Records that contain themselves, both ways: lists, trees, unions, maps, and two that contain each other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Converter } from '../../../src/converters/types.ts'
import type { Schema } from '../../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../../src/data/schema-builder.ts'
import { Struct } from '../../../src/data/struct.ts'
import { startRegistry, type TestRegistry } from '../../registry/registry.ts'
import { avroConverter, decodeAll, decodeOne, encodeAll, encodeOne } from './support.ts'

let registry: TestRegistry
let converter: Converter
beforeAll(async () => {
  registry = await startRegistry()
  registry.store.globalLevel = 'NONE'
  converter = avroConverter(registry)
})
afterAll(() => registry[Symbol.asyncDispose]())

const record = (name: string, ...fields: readonly (readonly [string, unknown])[]) => ({ type: 'record', name, namespace: 'n', fields: fields.map(([field, type]) => ({ name: field, type })) })
const dataOf = (schema: unknown, hex: string): Buffer => {
  const { id } = registry.store.register('t-value', { schema: JSON.stringify(schema), references: [] }, false)
  const head = Buffer.alloc(5)
  head.writeInt32BE(id, 1)
  return Buffer.concat([head, Buffer.from(hex, 'hex')])
}
test.each([
  ['a list', record('Node', ['x', 'int'], ['next', ['null', 'Node']]), '020204020600', 'Struct{x=1,next=Struct{x=2,next=Struct{x=3}}}'],
  ['a tree by arrays', record('Tree', ['x', 'int'], ['kids', { type: 'array', items: 'Tree' }]), '02040400060000', 'Struct{x=1,kids=[Struct{x=2,kids=[]}, Struct{x=3,kids=[]}]}'],
  ['a tree by maps', record('Names', ['of', { type: 'map', values: 'Names' }]), '0202610000', 'Struct{of={a=Struct{of={}}}}'],
  ['a union with itself', record('U', ['v', ['null', 'int', 'U']]), '0404020e', 'Struct{v=Struct{U=Struct{v=Struct{U=Struct{v=Struct{int=7}}}}}}'],
  ['two that contain each other', record('A', ['b', ['null', record('B', ['a', ['null', 'A']], ['y', 'int'])]]), '0202000c', 'Struct{b=Struct{a=Struct{},y=6}}'],
])('%s is read, and written again as it was', async (_, schema, hex, text) => {
  const { value, schema: connect } = await decodeOne(converter, dataOf(schema, hex))
  expect([String(value), connect?.isRecursive]).toEqual([text, true])
  for (const form of ['objects', 'packed'] as const) {
    const [again] = await encodeAll(converter, [[value, connect]], form)
    expect(Buffer.isBuffer(again) ? again.subarray(5).toString('hex') : again).toBe(hex)
  }
})

const node: Schema = SchemaBuilder.struct().name('n.Item').optional().field('x', schemas.INT32_SCHEMA).field('next', () => node).field('kids', SchemaBuilder.array(() => node).optional().build()).build()
const item = (x: number, next: Struct | null = null, kids: readonly Struct[] | null = null): Struct => new Struct(node).put('x', x).put('next', next).put('kids', kids)
test('what a connector makes is one record that names itself, and comes back as it was', async () => {
  const value = item(1, item(2), [item(3, null, []), item(4)])
  const bytes = await encodeOne(converter, value, node)
  expect(JSON.parse(registry.store.byId(bytes.readInt32BE(1)).schema)).toEqual(['null', {
    type: 'record', name: 'Item', namespace: 'n', 'connect.name': 'n.Item', fields: [
      { name: 'x', type: 'int' }, { name: 'next', type: ['null', 'Item'], default: null }, { name: 'kids', type: ['null', { type: 'array', items: ['null', 'Item'] }], default: null },
    ],
  }])
  expect(String((await decodeOne(converter, bytes)).value)).toBe(String(value))
  expect(await encodeAll(converter, [[value, node]], 'packed')).toEqual([bytes])
})
test('what Avro cannot say is refused: without a name nothing can stand for itself', async () => {
  const nameless: Schema = SchemaBuilder.struct().optional().field('next', () => nameless).build()
  const nested: Schema = SchemaBuilder.array(() => nested).build()
  const endless: Schema = SchemaBuilder.struct().name('n.Endless').field('me', () => endless).build()
  const rows = await encodeAll(converter, [[new Struct(nameless), nameless], [new Struct(endless), endless], [[], nested], [item(1), node]])
  expect(rows).toEqual([expect.objectContaining({ message: expect.stringContaining('needs a name') }), expect.objectContaining({ message: expect.stringContaining('needs a name') }), expect.objectContaining({ message: expect.stringContaining('an array or a map contains itself') }), expect.any(Buffer)])
})
test('data that goes deeper than values may be fails its record only', async () => {
  const list = record('Node', ['x', 'int'], ['next', ['null', 'Node']])
  const rows = await decodeAll(converter, [dataOf(list, `${'0202'.repeat(150)}0200`), dataOf(list, `${'0202'.repeat(100_000)}0200`), dataOf(list, '0200')])
  expect(rows).toEqual([expect.objectContaining({ value: expect.any(Struct) }), expect.objectContaining({ message: expect.stringContaining('nested more than 200 deep') }), expect.objectContaining({ value: expect.any(Struct) })])
})
