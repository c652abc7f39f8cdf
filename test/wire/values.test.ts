import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../src/data/logical.ts'
import { deepEquals } from '../../src/data/schema.ts'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import type { Column, SourceBatch } from '../../src/wire/batch.ts'
import { BatchError, packSourceBatch, unpackSourceBatch } from '../../src/wire/batch-codec.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { knownSchemas } from '../../src/wire/schema-reader.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { batchToText, batchToUtf8, columnToText, columnToUtf8 } from '../../src/wire/transcode.ts'
import { ValuesReader } from '../../src/wire/values-reader.ts'
import { Tag, ValuesError } from '../../src/wire/values.ts'

const leaf = fc.oneof(
  fc.constant(null), fc.boolean(), fc.integer(), fc.double(), fc.bigInt(), fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 40 }),
  fc.date({ noInvalidDate: true }), fc.tuple(fc.bigInt(), fc.integer({ min: -50, max: 50 })).map(([unscaled, scale]) => new Decimal(unscaled, scale)),
)
const value = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, fc.array(tie('any')), fc.dictionary(fc.string(), tie('any'), { noNullPrototype: true }),
    fc.array(fc.tuple(fc.string(), tie('any'))).map((entries) => new Map(entries))),
})).any

const there = (column: Column, count: number, schemas: SchemaTable): unknown[] =>
  valuesOf(columnToText(columnToUtf8(column)), count, knownSchemas(schemas.toText()))

describe('values in columns', () => {
  test('lists nested in each other that each claim all that is left are refused before room is made for them', () => {
    const depth = 199
    const left = 16 * 1024 * 1024
    const data = new Uint8Array(left)
    for (let at = 0; at < depth * 6; at += 6) {
      data[at] = Tag.ARRAY
      for (let byte = 0, rest = left - depth * 6; byte < 5; byte++, rest >>>= 7) data[at + 1 + byte] = (rest & 0x7f) | (byte < 4 ? 0x80 : 0)
    }
    const reader = new ValuesReader({ kind: 'values', data, strings: { kind: 'text', lengths: new Int32Array(0), text: '' }, names: [] }, [])
    const before = process.memoryUsage().heapUsed
    expect(() => reader.next()).toThrow(ValuesError)
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(1024 * 1024 * 1024)
  })

  test('come back as they were, through the host and its UTF-8', () => {
    fc.assert(fc.property(fc.array(value, { maxLength: 20 }), (values) => {
      const schemas = new SchemaTable()
      const back = there(columnOf(values, schemas), values.length, schemas)
      return back.every((item, row) => deepEquals(item, values[row] ?? null))
    }), { numRuns: 500 })
  })

  test('keep int64 extremes, NaN, -0, 60-digit decimals and the key __proto__', () => {
    const odd = [2n ** 63n - 1n, -(2n ** 63n), 2n ** 200n, Number.NaN, -0, Infinity, Decimal.parse(`${'9'.repeat(60)}.5`), JSON.parse('{"__proto__":{"a":1}}')]
    const schemas = new SchemaTable()
    const back = there(columnOf(odd, schemas), odd.length, schemas)
    expect(back.slice(0, 7).every((item, row) => deepEquals(item, odd[row]) && Object.is(typeof item, typeof odd[row]))).toBe(true)
    expect(Object.is(back[4], -0)).toBe(true)
    expect(Object.keys(back[7] as object)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(back[7])).toBe(Object.prototype)
  })

  test('structs keep their schema, its defaults and nested structs', () => {
    const inner = SchemaBuilder.struct().name('in').field('d', SchemaBuilder.decimal(2).optional().build()).build()
    const schema = SchemaBuilder.struct().name('out').version(3).doc('x').parameter('p', 'q')
      .field('a', SchemaBuilder.int64().defaultValue(7n).build()).field('b', SchemaBuilder.array(inner).build())
      .field('c', SchemaBuilder.map(schemas0, schemas0).optional().build()).build()
    const struct = new Struct(schema).put('a', 1n).put('b', [new Struct(inner).put('d', Decimal.parse('1.25'))])
    const schemas = new SchemaTable()
    const back = there(columnOf([struct, struct], schemas), 2, schemas)
    expect((back[1] as Struct).schema.equals(schema)).toBe(true)
    expect((back[1] as Struct).equals(struct)).toBe(true)
  })

  test('what cannot cross says so, with its row', () => {
    expect(() => columnOf([1, () => 1], new SchemaTable())).toThrow(/record 1: a Function is not|record 1: a function is not/)
    const cyclic: unknown[] = []
    cyclic.push(cyclic)
    expect(() => columnOf([cyclic], new SchemaTable())).toThrow(/nested more than/)
  })

  test('garbage bytes end as a ValuesError, whatever they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
      const reader = new ValuesReader({ kind: 'values', data, strings: { kind: 'text', lengths: new Int32Array([1, 2]), text: 'abc' }, names: ['x'] }, [])
      try {
        while (!reader.done) reader.next()
      } catch (error) {
        if (!(error instanceof ValuesError)) throw error
      }
    }), { numRuns: 5000 })
  })
})
const schemas0 = SchemaBuilder.string().build()

const batch = (values: readonly unknown[]): SourceBatch => {
  const schemas = new SchemaTable()
  return {
    count: values.length, topics: ['t'], topic: null, partition: null, timestamp: null, schemas: '', keySchema: null, valueSchema: null,
    key: { kind: 'null' }, value: columnOf(values, schemas), headers: null, sourcePartitions: ['{"f":1}'], sourcePartition: null,
    sourceOffset: { kind: 'numbers', keys: ['position'], values: Float64Array.from(values, (_, row) => row) },
  }
}

describe('batches on the wire', () => {
  test('text of every kind survives, also surrogate pairs split between values', () => {
    fc.assert(fc.property(fc.array(fc.option(fc.string({ unit: 'binary' })), { minLength: 1, maxLength: 30 }), (texts) => {
      const back = batchToText(unpackSourceBatch(packSourceBatch(batchToUtf8(batch(texts)))))
      expect(valuesOf(back.value, texts.length, [])).toEqual(texts)
    }))
    const split = ['\ud83d', '\ude00', 'ok', '\ud83d\ude00']
    expect(valuesOf(batchToText(unpackSourceBatch(packSourceBatch(batchToUtf8(batch(split))))).value, 4, [])).toEqual(split)
    const inside = [{ '\ud83d': ['\ude00\ud83d', 'é\udfff', ''] }, new Map([['\ud800', '\ud83d\ude00']])]
    expect(valuesOf(batchToText(unpackSourceBatch(packSourceBatch(batchToUtf8(batch(inside))))).value, 2, [])).toEqual(inside)
  })

  test('a batch that lies about lengths, indexes or counts is refused', () => {
    const good = packSourceBatch(batchToUtf8(batch(['a', 'bc'])))
    const head = good.head as Record<string, unknown>
    const lies: Record<string, unknown>[] = [
      { n: 3 }, { n: -1 }, { n: 1e12 }, { topics: [] }, { topics: [1] }, { topic: 0 }, { topic: 99 }, { value: ['utf8', 1, 0] }, { value: ['nope'] },
      { sourcePartitions: [] }, { sourceOffset: ['numbers', ['a', 'b'], 0] }, { sourceOffset: 5 }, { schemas: [{}] }, { schemas: '{}' }, { schemas: null }, { headers: [0, 0, 0, 0] }, { key: 7 },
    ]
    for (const lie of lies) expect(() => unpackSourceBatch({ ...good, head: { ...head, ...lie } }), JSON.stringify(lie)).toThrow(/./)
    for (const nothing of [null, 5, 'x', []]) expect(() => unpackSourceBatch({ ...good, head: nothing })).toThrow(BatchError)
  })
})
