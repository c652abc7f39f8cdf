/** Helpers shared by converters: ranges of packed columns, packed columns of ranges, a buffer that grows. */
import { ConnectException } from '../data/errors.ts'
import type { Index } from '../wire/batch.ts'
import { hostValues } from '../wire/host-columns.ts'
import { javaUtf8Text } from '../data/java-utf8.ts'
import { type ByteRanges, type ConnectColumn, type EncodedColumn, noErrors, type RowError } from './types.ts'

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
let lastNulls: EncodedColumn = { count: 0, bytes: new Uint8Array(0), start: new Int32Array(0), end: new Int32Array(0), errors: noErrors }
/** Keys are null in every batch of many connectors: the same column serves batches of one size. Not to be written to. */
export const nullRanges = (count: number): EncodedColumn => {
  if (lastNulls.count !== count) {
    const none = new Int32Array(count).fill(-1)
    lastNulls = { ...lastNulls, count, start: none, end: none }
  }
  return lastNulls
}

/** Ranges copied back to back: the packed form columns have on the wire. */
export const packRanges = (parts: readonly ByteRanges[]): { readonly lengths: Int32Array; readonly bytes: Buffer } => {
  const lengths = new Int32Array(countOf(parts))
  let total = 0
  let row = 0
  for (const { count, start, end } of parts) {
    for (let index = 0; index < count; index++) {
      const from = start[index] as number
      const length = from < 0 ? -1 : (end[index] as number) - from
      lengths[row++] = length
      if (length > 0) total += length
    }
  }
  const packed = Buffer.allocUnsafeSlow(total)
  let at = 0
  for (const { count, bytes, start, end } of parts) {
    const from = asBuffer(bytes)
    for (let index = 0; index < count; index++) if ((start[index] as number) >= 0) at = copyBytes(from, start[index] as number, end[index] as number, packed, at)
  }
  return { lengths, bytes: packed }
}
export const countOf = (parts: readonly ByteRanges[]): number => parts.reduce((sum, part) => sum + part.count, 0)
export const asBuffer = (bytes: Uint8Array): Buffer => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))

/** Measured: a native copy costs about 40 ns whatever its length, a loop 1.5 ns a byte; below this many bytes the loop wins. */
const nativeCopyFromBytes = 24
export const copyBytes = (from: Buffer, start: number, end: number, to: Uint8Array, at: number): number => {
  if (end - start >= nativeCopyFromBytes) {
    from.copy(to, at, start, end)
    return at + end - start
  }
  for (let index = start; index < end; index++) to[at++] = from[index] as number
  return at
}

/** Every row has the same schema: entry 0 needs no index column. */
export const sameSchema = (count: number, entry: number): Index => (entry === 0 ? null : new Int32Array(count).fill(entry))

/** All values of a column as JavaScript values. */
export const materialize = (values: ConnectColumn): readonly unknown[] => hostValues(values.column, values.count, values.schemas)

/** A batch whose bytes are more than can be held at once: no matter of one row. */
export class BatchTooLargeException extends ConnectException {}

const initialBytes = 64 * 1024
/** A long name or schema in each of many records makes much of little. Offsets of ranges have 31 bits. */
const maxScratchBytes = 1024 * 1024 * 1024
/** What is larger is given back when the batches have become small again. */
const maxIdleBytes = 16 * 1024 * 1024

/** One buffer that grows and is used again by the next batch. */
export class Scratch {
  bytes: Buffer = Buffer.allocUnsafeSlow(initialBytes)
  length = 0
  readonly #maxBytes: number

  constructor(maxBytes = maxScratchBytes) {
    this.#maxBytes = maxBytes
  }
  /** Forgets what it holds. */
  begin(): void {
    if (this.bytes.length > maxIdleBytes && this.length < this.bytes.length / 4) this.bytes = Buffer.allocUnsafeSlow(initialBytes)
    this.length = 0
  }
  /** Room for `more` bytes behind `length`. Throws BatchTooLargeException. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    if (this.length + more > this.#maxBytes) {
      throw new BatchTooLargeException(`The records of one batch come to more than ${this.#maxBytes} bytes once they are converted. The connector should hand over fewer of them at once, or the converter should not write the schema beside each value (schemas.enable=false, or Avro with a schema registry)`)
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#maxBytes, Math.max(this.bytes.length * 2, this.length + more)))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
  ascii(text: string): void {
    const { length } = text
    this.reserve(length)
    if (length > 24) this.bytes.write(text, this.length, 'latin1')
    else for (let index = 0; index < length; index++) this.bytes[this.length + index] = text.charCodeAt(index)
    this.length += length
  }
  utf8(text: string): void {
    this.reserve(text.length * 3)
    this.length += this.bytes.write(javaUtf8Text(text), this.length, 'utf8')
  }
  copy(from: Buffer, start: number, end: number): void {
    this.reserve(end - start)
    this.length = copyBytes(from, start, end, this.bytes, this.length)
  }
}
