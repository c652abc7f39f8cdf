/** Schemas in their flat form: shared, deep, recursive, and what a hostile table comes to. */
import { describe, expect, test } from 'vitest'
import { Schema, type SchemaProperties } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { packHostBatch } from '../../src/wire/host-columns.ts'
import { schemaId, schemasText } from '../../src/wire/schema-writer.ts'
import { columnToText, columnToUtf8 } from '../../src/wire/transcode.ts'
import { ValuesError } from '../../src/wire/values.ts'

const there = (schema: Schema): Schema => knownSchemas(schemasText([schema]))[0] as Schema
const nested = (depth: number): Schema => {
  let schema = SchemaBuilder.struct().name('leaf').field('n', schemas.INT32_SCHEMA).build()
  for (let level = 1; level < depth; level++) schema = SchemaBuilder.struct().name('level').field('inner', schema).build()
  return schema
}
/** `{ value, next }`, required at the top. */
const list = (name = 'List', doc?: string): Schema => {
  const builder = (): SchemaBuilder => {
    const struct = SchemaBuilder.struct().name(name).field('value', schemas.STRING_SCHEMA).field('next', () => next)
    return doc === undefined ? struct : struct.doc(doc)
  }
  const next: Schema = builder().optional().build()
  return builder().build()
}
/** A tree by an array of itself and a map to itself. */
const tree = (): Schema => {
  const node: Schema = SchemaBuilder.struct().name('Tree').field('children', SchemaBuilder.array(() => node).optional()).field('named', SchemaBuilder.map(schemas.STRING_SCHEMA, () => node).optional()).build()
  return node
}

describe('a table of schemas', () => {
  test('holds each distinct schema once, whoever uses it', () => {
    const inner = (): Schema => SchemaBuilder.struct().name('in').field('a', SchemaBuilder.string().build()).field('b', SchemaBuilder.string().build()).build()
    const [one, two] = [SchemaBuilder.struct().field('x', inner()).field('y', SchemaBuilder.array(inner())).build(), inner()]
    const { entries } = JSON.parse(schemasText([one, two])) as { readonly entries: readonly unknown[] }
    expect(entries).toHaveLength(4)
    const [backOne, backTwo] = knownSchemas(schemasText([one, two]))
    expect(backOne?.equals(one)).toBe(true)
    expect(backOne?.field('x')?.schema).toBe(backTwo)
    expect(backOne?.field('y')?.schema.valueSchema).toBe(backTwo)
  })

  test('keeps what else a schema has, in order', () => {
    const schema = SchemaBuilder.struct().name('s').version(3).doc('').parameters({ b: '1', 2: 'x', __proto__x: 'y' }).field('__proto__', SchemaBuilder.int64().optional().defaultValue(2n ** 60n)).build()
    const back = there(schema)
    expect(back.equals(schema)).toBe(true)
    expect([...(back.parameters ?? [])]).toEqual([...(schema.parameters ?? [])])
    const parameters = new Map([['10', 'a'], ['9', 'b'], ['__proto__', 'c']])
    expect([...(there(SchemaBuilder.string().parameters(parameters).build()).parameters ?? [])]).toEqual([...parameters])
  })

  test('keeps defaults that are structs, with unpaired surrogates, and defaults inside the schema of a default', () => {
    const leaf = SchemaBuilder.struct().field('s', SchemaBuilder.string().defaultValue('\ud83d')).build()
    const bare = SchemaBuilder.struct().field('in', leaf)
    const schema = bare.defaultValue(new Struct(SchemaBuilder.struct().field('in', leaf).build()).put('in', new Struct(leaf))).build()
    const back = there(schema)
    expect(back.equals(schema)).toBe(true)
    expect(((back.defaultValue as Struct).get('in') as Struct).get('s')).toBe('\ud83d')
  })

  test('of schemas 200 deep crosses, and of deeper ones is refused in words', () => {
    expect(there(nested(199)).equals(nested(199))).toBe(true)
    expect(() => schemasText([nested(300)])).toThrow('A schema is nested more than 200 deep')
    expect(() => schemasText([nested(5000)])).toThrow('A schema is nested more than 200 deep')
    const table = new SchemaTable()
    expect(() => table.indexOf(nested(5000))).toThrow('A schema is nested more than 200 deep')
  })

  test('that unfolds into more than anyone could walk through is refused', () => {
    let schema = schemas.STRING_SCHEMA
    for (let level = 0; level < 40; level++) schema = SchemaBuilder.struct().field('l', schema).field('r', schema).build()
    expect(() => schemasText([schema])).toThrow('A schema holds more than 100000 schemas')
  })
})

describe('a recursive schema', () => {
  test('is the same schema on the other side, batch after batch', () => {
    for (const schema of [list(), tree()]) {
      const back = there(schema)
      expect(back.isRecursive).toBe(true)
      expect(back.equals(schema)).toBe(true)
      expect(schema.equals(back)).toBe(true)
      const [again, other] = knownSchemas(schemasText([schema, schemas.INT8_SCHEMA]))
      expect(again).toBe(back)
      expect(other?.equals(schemas.INT8_SCHEMA)).toBe(true)
    }
    const back = there(list())
    const next = back.field('next')?.schema as Schema
    expect(next.isOptional).toBe(true)
    expect(next.field('next')?.schema).toBe(next)
    const branches = there(tree())
    expect(branches.field('children')?.schema.valueSchema).toBe(branches)
    expect(branches.field('named')?.schema.valueSchema).toBe(branches)
  })

  test('is compared by what it describes, and the comparison ends', () => {
    expect(list().equals(list())).toBe(true)
    expect(list().equals(list('Other'))).toBe(false)
    expect(list().equals(list('List', 'doc'))).toBe(false)
    expect(tree().equals(tree())).toBe(true)
    expect(list().equals(nested(3))).toBe(false)
    expect(nested(3).isRecursive).toBe(false)
    // rings of different lengths that describe the same values
    const ring = (length: number): Schema => {
      const all: Schema[] = []
      for (let at = 0; at < length; at++) all.push(SchemaBuilder.struct().field('next', () => all[(at + 1) % length] as Schema).optional().build())
      return all[0] as Schema
    }
    expect(ring(2).equals(ring(3))).toBe(true)
    expect(ring(2).equals(ring(2))).toBe(true)
    expect(ring(150).equals(ring(149))).toBe(false) // given up
  })

  test('carries values of its own kind', () => {
    const schema = list()
    const next = schema.field('next')?.schema as Schema
    let value: Struct | null = null
    for (let level = 0; level < 150; level++) value = new Struct(next).put('value', String(level)).put('next', value)
    const root = new Struct(schema).put('value', 'root').put('next', value)
    const table = new SchemaTable()
    const column = columnOf([root, root], table)
    const back = valuesOf(columnToText(columnToUtf8(column)), 2, knownSchemas(table.toText()))
    expect((back[1] as Struct).equals(root)).toBe(true)
    expect((back[0] as Struct).schema.field('next')?.schema).toBe(((back[0] as Struct).get('next') as Struct).schema)
  })

  test('in its own default is refused in words', () => {
    const bare: Schema = SchemaBuilder.struct().name('d').field('inner', () => whole).build()
    const whole: Schema = new Schema({ type: 'STRUCT', name: 'd', fields: bare.fields, defaultValue: new Struct(bare) } satisfies SchemaProperties)
    expect(() => schemasText([whole])).toThrow('A schema is a part of its own default')
  })
})

describe('a hostile table', () => {
  const struct = (fields: readonly unknown[]): unknown => ({ type: 'STRUCT', fields })
  const table = (entries: readonly unknown[], roots: readonly unknown[] = [0]): string => JSON.stringify({ roots, entries })
  const chain = (length: number, link: (at: number) => unknown): readonly unknown[] => [...Array.from({ length: length - 1 }, (_, at) => link(at + 1)), { type: 'INT8' }]
  test.each<readonly [what: string, text: unknown, expected: RegExp]>([
    ['no text', [], /bad table/],
    ['no JSON', '{', /bad table/],
    ['a list', '[]', /bad table/],
    ['no roots', '{"entries":[]}', /bad table/],
    ['a root past the entries', table([{ type: 'INT8' }], [1]), /bad index/],
    ['a root that is no index', table([{ type: 'INT8' }], ['0']), /bad index/],
    ['a negative child', table([{ type: 'ARRAY', values: -1 }]), /bad index/],
    ['a child that is half an index', table([{ type: 'ARRAY', values: 0.5 }]), /bad index/],
    ['a type of every object', table([{ type: 'constructor' }]), /bad type/],
    ['an entry that is null', table([null]), /bad entry/],
    ['fields that are none', table([{ type: 'STRUCT' }]), /bad field list/],
    ['a field without a name', table([struct([[1, 0]])]), /bad field name/],
    ['a version that is none', table([{ type: 'INT8', version: 1.5 }]), /bad version/],
    ['parameters that are none', table([{ type: 'INT8', parameters: { a: 1 } }]), /bad parameter/],
    ['a default that is none', table([{ type: 'INT8', default: { data: '!', strings: [], names: [], schemas: { roots: [], entries: [] } } }]), /bad default/],
    ['a default of nothing', table([{ type: 'INT8', default: { data: '', strings: [], names: [], schemas: { roots: [], entries: [] } } }]), /ends in the middle/],
    ['a list of itself', table([{ type: 'ARRAY', values: 0 }]), /contains itself without a struct in between/],
    ['lists and maps of each other', table([struct([['a', 1]]), { type: 'ARRAY', values: 2 }, { type: 'MAP', keys: 3, values: 1 }, { type: 'STRING' }]), /contains itself without a struct in between/],
    ['a chain too deep, children last', table(chain(5000, (child) => struct([['a', child]]))), /nested more than/],
    ['a chain too deep of lists', table(chain(50_000, (values) => ({ type: 'ARRAY', values }))), /nested more than/],
    ['doubling', table(chain(40, (child) => struct([['a', child], ['b', child]]))), /holds more than/],
    ['too much text', table([{ type: 'INT8', doc: 'x'.repeat(3_000_000) }]), /characters; at most/],
  ])('%s', (_what, text, expected) => {
    expect(() => knownSchemas(text)).toThrow(ValuesError)
    expect(() => knownSchemas(text)).toThrow(expected)
  })
  test('rings that unroll differently do not keep a comparison busy', () => {
    const ring = (length: number): string => table(Array.from({ length }, (_, at) => struct([['a', (at + 1) % length]])))
    const [a, b] = [knownSchemas(ring(150))[0] as Schema, knownSchemas(ring(149))[0] as Schema]
    expect(a.equals(b)).toBe(false)
  })
})

test('schemas and tables met long ago are forgotten: what is kept is bounded', () => {
  const nth = (n: number): Schema => SchemaBuilder.struct().name(`n${n}`).field('a', schemas.INT32_SCHEMA).build()
  const table = (n: number): string => JSON.stringify({ roots: [0], entries: [{ type: 'INT8', name: `forgotten ${n}` }] })
  const [id, read] = [schemaId(nth(0)), knownSchemas(table(0))[0]]
  expect([schemaId(nth(0)), knownSchemas(table(0))[0]]).toEqual([id, read])
  expect(knownSchemas(table(0))[0]).toBe(read)
  for (let n = 1; n < 25_000; n++) {
    schemaId(nth(n))
    if (n < 2500) knownSchemas(table(n))
  }
  expect(schemaId(nth(0))).not.toBe(id)
  expect(knownSchemas(table(0))[0]).not.toBe(read)
})
test('values without a schema stay so when a struct among them brings schemas into the batch', () => {
  const struct = new Struct(SchemaBuilder.struct().field('a', schemas.INT32_SCHEMA).build()).put('a', 1)
  const none = { topics: ['t'], topic: null, partition: null, timestamp: null, offset: null, headers: null, schemas: [], keySchema: null, valueSchema: null } as const
  const packed = packHostBatch({ ...none, count: 2, key: { kind: 'null' }, value: { kind: 'objects', values: [{ inside: struct }, 'x'] } })
  expect([knownSchemas(packed.schemas).length, packed.keySchema, packed.valueSchema]).toEqual([1, Int32Array.of(-1, -1), Int32Array.of(-1, -1)])
})
