/** The writer behind every request: whatever is written in whatever sizes comes out whole and in order. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../src/kafka/bytes.ts'

test('values of all sizes come back as they were written, copied or referenced', () => {
  const value = fc.oneof(
    fc.record({ kind: fc.constant('bytes' as const), size: fc.integer({ min: 0, max: 5000 }) }),
    fc.record({ kind: fc.constant('string' as const), size: fc.integer({ min: 0, max: 3000 }) }),
    fc.record({ kind: fc.constant('int32' as const), size: fc.integer() }),
  )
  fc.assert(fc.property(fc.array(value, { maxLength: 40 }), fc.integer({ min: 0, max: 600 }), (values, initialBytes) => {
    const writer = new ByteWriter(initialBytes)
    for (const [index, { kind, size }] of values.entries()) {
      if (kind === 'bytes') writer.bytes(new Uint8Array(size).fill(index))
      else if (kind === 'string') writer.string(String.fromCharCode(97 + (index % 26)).repeat(size))
      else writer.int32(size)
    }
    const { length } = writer
    const all = Buffer.concat(writer.parts())
    expect(all.length).toBe(length)
    const reader = new ByteReader(all)
    for (const [index, { kind, size }] of values.entries()) {
      if (kind === 'bytes') expect(reader.nullableBytes()?.equals(new Uint8Array(size).fill(index))).toBe(true)
      else if (kind === 'string') expect(reader.string()).toBe(String.fromCharCode(97 + (index % 26)).repeat(size))
      else expect(reader.int32()).toBe(size)
    }
    expect(reader.remaining).toBe(0)
  }))
})

test('room is made for what does not fit beside what is there', () => {
  // 1000 bytes are there; doubling them leaves no room for 1100 more
  const writer = new ByteWriter(1024).raw(new Uint8Array(1000).fill(1)).raw(new Uint8Array(1100).fill(2))
  expect(Buffer.concat(writer.parts())).toEqual(Buffer.concat([Buffer.alloc(1000, 1), Buffer.alloc(1100, 2)]))
})
