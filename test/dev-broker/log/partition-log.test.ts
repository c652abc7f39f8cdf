import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { fileStore } from '../../../src/dev-broker/log/file-segment.ts'
import { PartitionLog, type LogPolicy } from '../../../src/dev-broker/log/partition-log.ts'
import { memoryStore, type SegmentStore } from '../../../src/dev-broker/log/segment.ts'
import { crcMatches, readBatchHeader } from '../../../src/dev-broker/protocol/batch-header.ts'
import { batch, type BatchSpec } from '../batches.ts'

const keepAll: LogPolicy = { retentionBytes: -1, retentionMs: -1, canDelete: true, isLogAppendTime: false }
const directories: string[] = []
const directory = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'dev-broker-'))
  directories.push(path)
  return path
}
afterEach(() => {
  for (const path of directories.splice(0)) rmSync(path, { recursive: true })
})

const append = (log: PartitionLog, spec: BatchSpec): ReturnType<PartitionLog['append']> => {
  const bytes = batch(spec)
  const header = readBatchHeader(bytes)
  if (header === null) throw new Error('no header')
  return log.append(bytes, header)
}
const offsetsIn = (slices: readonly Buffer[]): number[] => {
  const bytes = Buffer.concat(slices)
  const offsets: number[] = []
  for (let at = 0; at < bytes.length; ) {
    const header = readBatchHeader(bytes, at)
    if (header === null) throw new Error('a part of a batch')
    expect(crcMatches(bytes.subarray(at, at + header.sizeBytes), header)).toBe(true)
    offsets.push(header.baseOffset)
    at += header.sizeBytes
  }
  return offsets
}

const stores: [string, (segmentBytes: number) => SegmentStore][] = [
  ['in memory', (bytes) => memoryStore(() => bytes)],
  ['on disk', (bytes) => fileStore(join(directory(), 'p-0'), () => bytes)],
]
describe.each(stores)('%s', (_where, storeOf) => {
  test('a read returns whole batches from the one that holds the offset, within maxBytes but one at least', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(sizes, fc.integer({ min: 100, max: 2000 }), fc.nat(), fc.integer({ min: 1, max: 3000 }), (counts, segmentBytes, seed, maxBytes) => {
        const log = new PartitionLog('t', 0, storeOf(segmentBytes), () => keepAll)
        const bases: number[] = []
        for (const count of counts) {
          const appended = append(log, { values: Array.from({ length: count }, (_, position) => `value ${position}`) })
          bases.push(appended.ok ? appended.baseOffset : -1)
        }
        const offset = seed % log.endOffset
        const slices = log.read(offset, maxBytes, log.endOffset)
        const found = offsetsIn(slices)
        const first = bases.findLast((base) => base <= offset) ?? -1
        expect(found).toEqual(bases.slice(bases.indexOf(first), bases.indexOf(first) + found.length))
        expect(found.length).toBeGreaterThan(0)
        if (found.length > 1) expect(Buffer.concat(slices).length).toBeLessThanOrEqual(maxBytes)
        log.remove()
      }),
      { numRuns: 100, examples: [[[1, 2, 1], 164, 0, 150]] },
    )
  })

  test('nothing at or past the visible end is returned', () => {
    const log = new PartitionLog('t', 0, storeOf(10_000), () => keepAll)
    for (const value of ['a', 'b', 'c']) append(log, { values: [value] })
    expect(offsetsIn(log.read(0, 10_000, 2))).toEqual([0, 1])
    expect(log.read(3, 10_000, log.endOffset)).toEqual([])
    log.remove()
  })

  test('old segments go when retention.bytes is passed, never the one being written', () => {
    const log = new PartitionLog('t', 0, storeOf(200), () => ({ ...keepAll, retentionBytes: 400 }))
    for (let number = 0; number < 50; number++) append(log, { values: [`value ${number}`] })
    expect(log.startOffset).toBeGreaterThan(0)
    expect(log.sizeBytes).toBeLessThan(800)
    expect(offsetsIn(log.read(log.startOffset, 10_000, log.endOffset))[0]).toBe(log.startOffset)
    expect(log.endOffset).toBe(50)
    log.remove()
  })

  test('a topic with LogAppendTime gets the append time, the attribute and a fresh checksum', () => {
    const before = Date.now()
    const log = new PartitionLog('t', 0, storeOf(10_000), () => ({ ...keepAll, isLogAppendTime: true }))
    const appended = append(log, { values: ['a'] })
    const stored = readBatchHeader(Buffer.concat(log.read(0, 1000, 1)))
    expect(appended).toMatchObject({ ok: true, logAppendTime: stored?.maxTimestamp })
    expect(stored?.maxTimestamp).toBeGreaterThanOrEqual(before)
    expect((stored?.attributes ?? 0) & 8).toBe(8)
    expect(offsetsIn(log.read(0, 1000, 1))).toEqual([0])
    log.remove()
  })
})

describe('after a restart', () => {
  const reopen = (path: string): PartitionLog => new PartitionLog('t', 0, fileStore(path, () => 300), () => keepAll)
  const filled = (path: string): void => {
    const log = reopen(path)
    for (let number = 0; number < 10; number++) append(log, { values: [`value ${number}`], producerId: 7, producerEpoch: 0, sequence: number })
    log.close()
  }
  const lastFile = (path: string): string => join(path, readdirSync(path).toSorted().at(-1) ?? '')

  test('offsets, batches and producer state are as before', () => {
    const path = join(directory(), 't-0')
    filled(path)
    expect(readdirSync(path).length).toBeGreaterThan(1)
    const log = reopen(path)
    expect([log.startOffset, log.endOffset]).toEqual([0, 10])
    expect(offsetsIn(log.read(0, 10_000, 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(append(log, { values: ['value 9'], producerId: 7, producerEpoch: 0, sequence: 9 })).toMatchObject({ ok: true, baseOffset: 9, bytes: 0 })
    expect(append(log, { values: ['gap'], producerId: 7, producerEpoch: 0, sequence: 11 })).toMatchObject({ ok: false })
    log.close()
  })

  test('a torn last batch is cut off and its offset given again', () => {
    const path = join(directory(), 't-0')
    filled(path)
    truncateSync(lastFile(path), statSync(lastFile(path)).size - 5)
    const log = reopen(path)
    expect(log.endOffset).toBe(9)
    expect(append(log, { values: ['again'], producerId: 7, producerEpoch: 0, sequence: 9 })).toMatchObject({ ok: true, baseOffset: 9 })
    log.close()
    expect(reopen(path).endOffset).toBe(10)
  })

  test('garbage after the last batch, or a damaged last batch, is cut off', () => {
    const path = join(directory(), 't-0')
    filled(path)
    appendFileSync(lastFile(path), Buffer.alloc(200, 0xab))
    expect(reopen(path).endOffset).toBe(10)
    const bytes = readFileSync(lastFile(path))
    bytes.writeUInt8((bytes.at(-2) ?? 0) ^ 1, bytes.length - 2)
    writeFileSync(lastFile(path), bytes)
    expect(reopen(path).endOffset).toBe(9)
  })
})
