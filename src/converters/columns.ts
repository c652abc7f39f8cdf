/** Helpers shared by converters: ranges of packed columns, packed columns of ranges, a buffer that grows. */
import type { Column } from '../wire/batch.ts'
import { valuesOf } from '../wire/columns.ts'
import { columnToText } from '../wire/transcode.ts'
import type { ByteRanges, ConnectColumn, DecodedColumn, EncodedColumn, RowError } from './types.ts'
import { noErrors } from './types.ts'

/** The ranges of a packed column (utf8 or bytes) in its own buffer: nothing is copied. */
export const rangesOf = (lengths: Int32Array, bytes: Uint8Array, errors: readonly RowError[] = noErrors): EncodedColumn => {
  const count = lengths.length
  const start = new Int32Array(count)
  const end = new Int32Array(count)
  let at = 0
  for (let row = 0; row < count; row++) {
    const length = lengths[row] as number
    if (length < 0) start[row] = end[row] = -1
    else {
      start[row] = at
      at += length
      end[row] = at
    }
  }
  return { count, bytes, start, end, errors }
}
export const nullRanges = (count: number): EncodedColumn => {
  const none = new Int32Array(count).fill(-1)
  return { count, bytes: new Uint8Array(0), start: none, end: none, errors: noErrors }
}

/** Ranges copied back to back: the packed form columns have on the wire. */
export const packRanges = (ranges: ByteRanges): { readonly lengths: Int32Array; readonly bytes: Uint8Array } => {
  const { count, bytes, start, end } = ranges
  const lengths = new Int32Array(count)
  let total = 0
  for (let row = 0; row < count; row++) {
    const from = start[row] as number
    const length = from < 0 ? -1 : (end[row] as number) - from
    lengths[row] = length
    if (length > 0) total += length
  }
  const packed = Buffer.allocUnsafeSlow(total)
  let at = 0
  for (let row = 0; row < count; row++) {
    const from = start[row] as number
    if (from >= 0) at = copyBytes(bytes, from, end[row] as number, packed, at)
  }
  return { lengths, bytes: packed }
}

/** Short ranges are copied here, long ones natively: a native call costs about as much as 60 bytes in a loop. */
export const copyBytes = (from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number => {
  if (end - start > 64) {
    to.set(from.subarray(start, end), at)
    return at + end - start
  }
  for (let index = start; index < end; index++) to[at++] = from[index] as number
  return at
}

export const nullColumn = (count: number, errors: readonly RowError[] = noErrors): DecodedColumn => ({ count, column: { kind: 'null' }, schemas: [], schema: null, errors })

/** All values of a column as JavaScript values. */
export const materialize = (values: ConnectColumn): unknown[] => valuesOf(columnToText(values.column), values.count, values.schemas)

export const isPacked = (column: Column): column is Extract<Column, { readonly kind: 'utf8' | 'bytes' }> => column.kind === 'utf8' || column.kind === 'bytes'

/** One buffer that grows and is used again by the next batch. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024)
  length = 0
  /** Room for `more` bytes behind `length`. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
  ascii(text: string): void {
    this.reserve(text.length)
    if (text.length > 24) this.bytes.write(text, this.length, 'latin1')
    else for (let index = 0; index < text.length; index++) this.bytes[this.length + index] = text.charCodeAt(index)
    this.length += text.length
  }
  utf8(text: string): void {
    this.reserve(text.length * 3)
    this.length += this.bytes.write(text, this.length, 'utf8')
  }
  copy(from: Uint8Array, start: number, end: number): void {
    this.reserve(end - start)
    this.length = copyBytes(from, start, end, this.bytes, this.length)
  }
}
