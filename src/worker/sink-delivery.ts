/**
 * What one `put` gets: fetched records decoded, what failed among them retried and reported. A delivery can be cut in two without
 * reporting anything again (`errors.put.bisect`, or partitions that go while it waits to be taken).
 */
import { andThen, type MaybePromise } from '../data/maybe-promise.ts'
import { sliceRecords } from '../kafka/record-slices.ts'
import { partitionKey, type RecordColumns, type TopicOffset, type TopicPartition } from '../kafka/types.ts'
import type { SinkBatch } from '../wire/batch.ts'
import { isRetriable, type RetryClock, retryFailures } from './error-retry.ts'
import { failureOf, fetchedRow } from './fetched-records.ts'
import { decodeParts, type DecodedParts, onlyRows } from './sink-decode.ts'
import { withoutPartitions } from './sink-queue.ts'
import type { Pipeline } from './source-encode.ts'
import type { ErrorTolerance } from './tolerance.ts'

/** Records fetched and not yet taken by the task, with what `put` gets for them: null when none is left (or there were none). */
export type Delivery = {
  /** As fetched: what is fetched again when the delivery is undone. */
  readonly parts: readonly RecordColumns[]
  /** The same without the rows that failed. */
  readonly kept: readonly RecordColumns[]
  readonly batch: SinkBatch | null
  /** Where each partition stands once the task has taken the batch. */
  readonly positions: readonly TopicOffset[]
  /** Topics of which a record was converted, before transformations. */
  readonly topics: readonly string[]
}
export const emptyDelivery: Delivery = { parts: [], kept: [], batch: null, positions: [], topics: [] }

/** `readsEnvelopes`: false when values that are JSON with a schema beside it are taken for data. */
export type Decoding = { readonly pipeline: Pipeline; readonly tolerance: ErrorTolerance; readonly clock: RetryClock; readonly readsEnvelopes: boolean }

/** Rejects with what `errors.tolerance=none` makes of the first failing record. Null when the task is to stop while rows are still to be retried. */
export const decodeDelivery = (parts: readonly RecordColumns[], decoding: Decoding): MaybePromise<Delivery | null> =>
  andThen(decodeParts(parts, decoding.pipeline), (decoded) =>
    decoded.failures.length === 0 ? { parts, kept: parts, batch: decoded.batch(), positions: positionsAfter(parts), topics: topicsOf(parts) } : handled(parts, decoded, decoding))

const handled = async (parts: readonly RecordColumns[], decoded: DecodedParts, { tolerance, clock, readsEnvelopes }: Decoding): Promise<Delivery | null> => {
  const tried = await retryFailures(decoded, tolerance.retry, clock)
  const { failures } = tried
  // these rows are neither delivered nor dropped: they are fetched again by whoever comes next
  if (clock.stopping() && tolerance.retry.timeoutMs !== 0 && failures.some(({ error }) => isRetriable(error))) return null
  await tolerance.handle(failures.map((failure) => failureOf(fetchedRow(parts, failure.row), failure, readsEnvelopes)))
  const failed = new Set(failures.map(({ row }) => row))
  const unconverted = new Set(failures.filter(({ stage }) => stage !== 'TRANSFORMATION').map(({ row }) => row))
  return {
    parts,
    kept: failed.size === 0 ? parts : withoutRows(parts, failed),
    batch: tried.batch(),
    positions: positionsAfter(parts),
    topics: topicsOf(unconverted.size === 0 ? parts : withoutRows(parts, unconverted)),
  }
}
const withoutRows = (parts: readonly RecordColumns[], rows: ReadonlySet<number>): readonly RecordColumns[] =>
  onlyRows(parts, Array.from({ length: countOf(parts) }, (_, row) => row).filter((row) => !rows.has(row))).filter(({ count }) => count > 0)

export const countOf = (parts: readonly RecordColumns[]): number => parts.reduce((sum, { count }) => sum + count, 0)
const topicsOf = (parts: readonly RecordColumns[]): readonly string[] => [...new Set(parts.filter(({ count }) => count > 0).map(({ topic }) => topic))]
const positionsAfter = (parts: readonly RecordColumns[]): readonly TopicOffset[] => {
  const positions = new Map<string, TopicOffset>()
  for (const { topic, partition, topicId, offset, count } of parts) {
    if (count > 0) positions.set(partitionKey({ topic, partition }), { topic, partition, topicId, offset: (offset[count - 1] as number) + 1 })
  }
  return [...positions.values()]
}

/** Without the records of some partitions; null when none is left. */
export const withoutPartitionsOf = async (delivery: Delivery, partitions: readonly TopicPartition[], decoding: Decoding): Promise<Delivery | null> => {
  const gone = new Set(partitions.map(partitionKey))
  const parts = withoutPartitions(delivery.parts, partitions)
  if (parts.length === delivery.parts.length) return delivery
  const kept = await decodeDelivery(withoutPartitions(delivery.kept, partitions), decoding)
  return kept && parts.length > 0 ? { ...kept, parts, positions: delivery.positions.filter((position) => !gone.has(partitionKey(position))) } : null
}

/** The first `rows` kept records and the others, each a delivery of its own. The second stands where the whole did. */
export const cutDelivery = async (delivery: Delivery, rows: number, decoding: Decoding): Promise<readonly [Delivery, Delivery] | null> => {
  const { kept, positions } = delivery
  const first = await decodeDelivery(sliceParts(kept, 0, rows), decoding)
  const second = await decodeDelivery(sliceParts(kept, rows, countOf(kept)), decoding)
  return first && second && [first, { ...second, positions }]
}
const sliceParts = (parts: readonly RecordColumns[], from: number, to: number): readonly RecordColumns[] => {
  const slices: RecordColumns[] = []
  let first = 0
  for (const part of parts) {
    const start = Math.max(from - first, 0)
    const end = Math.min(to - first, part.count)
    if (start < end) slices.push(sliceRecords(part, start, end))
    first += part.count
  }
  return slices
}
