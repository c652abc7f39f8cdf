import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolError, Reader } from '../../../src/dev-broker/protocol/reader.ts'
import { Writer } from '../../../src/dev-broker/protocol/writer.ts'

type Kind = 'int8' | 'int16' | 'int32' | 'int64' | 'uvarint' | 'bool' | 'uuid' | 'string' | 'bytes' | 'strings' | 'structs' | 'tags'
type Field = { readonly kind: Kind; readonly value: unknown }
const field = (kind: Kind, value: fc.Arbitrary<unknown>): fc.Arbitrary<Field> => value.map((drawn) => ({ kind, value: drawn }))
const bytes = fc.uint8Array({ maxLength: 6000 }).map((drawn) => Buffer.from(drawn))
const fields = fc.array(
  fc.oneof(
    field('int8', fc.integer({ min: -128, max: 127 })),
    field('int16', fc.integer({ min: -32768, max: 32767 })),
    field('int32', fc.integer()),
    field('int64', fc.maxSafeInteger()),
    field('uvarint', fc.integer({ min: 0, max: 0xffffffff })),
    field('bool', fc.boolean()),
    field('uuid', fc.uint8Array({ minLength: 16, maxLength: 16 }).map((drawn) => Buffer.from(drawn).toString('hex'))),
    field('string', fc.option(fc.string({ unit: 'binary', maxLength: 300 }))),
    field('bytes', fc.option(bytes)),
    field('strings', fc.option(fc.array(fc.string(), { maxLength: 200 }))),
    field('structs', fc.array(fc.tuple(fc.integer(), fc.string()), { maxLength: 5 })),
    field('tags', fc.constant(null)),
  ),
)

const write = (writer: Writer, { kind, value }: Field): void => {
  switch (kind) {
    case 'int8': case 'int16': case 'int32': case 'int64': case 'uvarint': return writer[kind](value as number)
    case 'bool': return writer.bool(value as boolean)
    case 'uuid': case 'string': return writer[kind](value as string)
    case 'bytes': return writer.bytes(value as Buffer | null)
    case 'strings': return writer.array(value as string[] | null, (item) => writer.string(item))
    case 'structs': return writer.structs(value as [number, string][], ([number, text]) => { writer.int32(number); writer.string(text) })
    case 'tags': return writer.tags()
  }
}
const read = (reader: Reader, kind: Kind): unknown => {
  switch (kind) {
    case 'int8': case 'int16': case 'int32': case 'int64': case 'uvarint': case 'bool': case 'uuid': return reader[kind]()
    case 'string': return reader.nullableString()
    case 'bytes': return reader.nullableBytes()
    case 'strings': return reader.nullableArray(() => reader.string())
    case 'structs': return reader.structs(() => [reader.int32(), reader.string()])
    case 'tags': reader.skipTags(); return null
  }
}
const written = (isFlexible: boolean, list: readonly Field[]): Writer => {
  const writer = new Writer(isFlexible, 16)
  for (const item of list) write(writer, item)
  return writer
}

test('what is written is read back, in fixed and in flexible form, and the announced length is the real one', () => {
  fc.assert(
    fc.property(fc.boolean(), fields, (isFlexible, list) => {
      const writer = written(isFlexible, list)
      const { length } = writer
      const buffer = writer.toBuffer()
      expect(buffer.length).toBe(length)
      const reader = new Reader(buffer, isFlexible)
      // Lone surrogates become U+FFFD in UTF-8; that is the string's doing, not the codec's.
      const plain = (value: unknown): unknown => (typeof value === 'string' ? Buffer.from(value).toString() : Array.isArray(value) ? value.map(plain) : value)
      expect(list.map(({ kind }) => read(reader, kind))).toEqual(list.map(({ value }) => plain(value)))
      expect(reader.remaining).toBe(0)
    }),
  )
})

test('a truncated message ends in a ProtocolError, never in wrong values or a huge allocation', () => {
  fc.assert(
    fc.property(fc.boolean(), fields.filter((list) => list.length > 0), fc.nat(), (isFlexible, list, seed) => {
      const buffer = written(isFlexible, list).toBuffer()
      const cut = new Reader(buffer.subarray(0, seed % Math.max(1, buffer.length)), isFlexible)
      try {
        for (const { kind } of list) read(cut, kind)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
        return
      }
      expect(list.every(({ kind }) => kind === 'tags')).toBe(!isFlexible && buffer.length === 0)
    }),
  )
})

test('unknown tagged fields are skipped', () => {
  const reader = new Reader(Buffer.from([2, 0, 1, 0xff, 0x81, 0x01, 2, 1, 2, 42]), true)
  reader.skipTags()
  expect(reader.int8()).toBe(42)
})

test('an array count beyond the message is refused before anything is allocated', () => {
  expect(() => new Reader(Buffer.from([0x7f, 0xff, 0xff, 0xff])).array(() => 0)).toThrow(ProtocolError)
})

test('large ranges are passed on as they are, small ones are copied', () => {
  const large = Buffer.alloc(10_000, 7)
  const writer = new Writer()
  writer.int32(1)
  writer.byteRanges([Buffer.from('abc'), large])
  const chunks = writer.finish()
  expect(chunks.some((chunk) => chunk.buffer === large.buffer && chunk.length === large.length)).toBe(true)
  expect(Buffer.concat(chunks).subarray(8, 11).toString()).toBe('abc')
})
