/**
 * A segment in a file, named and laid out as Kafka does it (`00000000000000000000.log`, batches back to back), so that
 * kafka-dump-log reads it. Writes are synchronous: a write into the page cache is cheaper than a thread hop, and the order
 * of batches is the order of calls. Nothing is fsynced: as with Kafka's defaults, a crash of the process loses nothing, a
 * crash of the machine may.
 */
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { batchHeaderBytes, crcMatches, readBatchHeader, type BatchHeader } from '../protocol/batch-header.ts'
import { BatchIndex } from './batch-index.ts'
import type { Segment, SegmentStore } from './segment.ts'

const fileName = (baseOffset: number): string => `${String(baseOffset).padStart(20, '0')}.log`

class FileSegment implements Segment {
  readonly baseOffset: number
  readonly index = new BatchIndex()
  readonly #path: string
  readonly #file: number
  readonly #maxBytes: number
  #isOpen = true
  sizeBytes: number
  constructor(directory: string, baseOffset: number, maxBytes: number) {
    this.baseOffset = baseOffset
    this.#maxBytes = maxBytes
    this.#path = join(directory, fileName(baseOffset))
    this.#file = openSync(this.#path, 'a+')
    this.sizeBytes = fstatSync(this.#file).size
  }
  hasRoomFor(sizeBytes: number): boolean {
    return this.sizeBytes === 0 || this.sizeBytes + sizeBytes <= this.#maxBytes
  }
  append(batch: Buffer): void {
    try {
      for (let written = 0; written < batch.length; ) written += writeSync(this.#file, batch, written)
    } catch (error) {
      ftruncateSync(this.#file, this.sizeBytes)
      throw error
    }
    this.sizeBytes += batch.length
  }
  read(position: number, sizeBytes: number): Buffer {
    const target = Buffer.allocUnsafeSlow(Math.max(0, Math.min(sizeBytes, this.sizeBytes - position)))
    for (let read = 0; read < target.length; ) {
      const count = readSync(this.#file, target, read, target.length - read, position + read)
      if (count === 0) throw new Error(`${this.#path} ends at ${position + read}, before byte ${position + target.length}`)
      read += count
    }
    return target
  }

  /** Fills the index from the file; from the first batch that is not whole (or, when asked, not intact) on, the file is cut off. */
  recover(checkCrc: boolean): void {
    for (let position = 0; position < this.sizeBytes; ) {
      const header = this.#headerAt(position)
      const intact = header !== null && (!checkCrc || crcMatches(this.read(position, header.sizeBytes), header))
      if (!intact) {
        ftruncateSync(this.#file, position)
        this.sizeBytes = position
        return
      }
      this.index.add(header)
      position += header.sizeBytes
    }
  }
  #headerAt(position: number): BatchHeader | null {
    const header = readBatchHeader(this.read(position, batchHeaderBytes))
    const isWhole = header !== null && header.magic === 2 && header.sizeBytes >= batchHeaderBytes && position + header.sizeBytes <= this.sizeBytes
    return isWhole && header.baseOffset > this.index.lastOffset ? header : null
  }

  close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }
  remove(): void {
    this.close()
    rmSync(this.#path, { force: true })
  }
}

export const fileStore = (directory: string, maxSegmentBytes: () => number): SegmentStore => {
  mkdirSync(directory, { recursive: true })
  return {
    create: (baseOffset) => new FileSegment(directory, baseOffset, maxSegmentBytes()),
    recover() {
      const baseOffsets = readdirSync(directory)
        .filter((name) => /^\d{20}\.log$/.test(name))
        .map((name) => Number.parseInt(name, 10))
        .toSorted((a, b) => a - b)
      return baseOffsets.map((baseOffset, position) => {
        const segment = new FileSegment(directory, baseOffset, maxSegmentBytes())
        // Only the last segment can have a torn tail: the others were complete before the next was begun.
        segment.recover(position === baseOffsets.length - 1)
        return segment
      })
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
