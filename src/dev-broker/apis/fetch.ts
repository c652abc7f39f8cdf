/**
 * Fetch: slices of the logs, batch for batch as they were produced. Waits until minBytes are there or maxWaitMs are over.
 * Fetch sessions are declined (session id 0), which every client understands as "send full requests".
 */
import { notLeaderError, type PartitionLog } from '../log/partition-log.ts'
import type { AbortedTransaction } from '../log/transaction-index.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Cluster } from '../cluster.ts'
import type { AsyncHandler } from './handler.ts'
import { readTopicRef, topicOf, type TopicRef, unknownTopic, writeTopicRef } from './topic-ref.ts'

type Wanted = { readonly partition: number; readonly leaderEpoch: number; readonly offset: number; readonly maxBytes: number }
type Part = { readonly partition: number; readonly error: KafkaErrorCode; readonly log: PartitionLog | null; readonly slices: readonly Buffer[]; readonly aborted: readonly AbortedTransaction[] | null }
type Asked = { readonly topic: TopicRef; readonly partitions: readonly Wanted[] }
type Round = { readonly topics: readonly { readonly topic: TopicRef; readonly partitions: readonly Part[] }[]; readonly bytes: number; readonly hasError: boolean }

export const fetch: AsyncHandler = async (reader, writer, { cluster, version, signal }) => {
  reader.int32()
  const maxWaitMs = reader.int32()
  const minBytes = reader.int32()
  const maxBytes = reader.int32()
  const isCommittedOnly = reader.int8() === 1
  const session = version >= 7 ? { id: reader.int32(), epoch: reader.int32() } : { id: 0, epoch: -1 }
  const topics = reader.structs((): Asked => ({
    topic: readTopicRef(reader, version >= 13),
    partitions: reader.structs((): Wanted => {
      const partition = reader.int32()
      const leaderEpoch = version >= 9 ? reader.int32() : -1
      const offset = reader.int64()
      if (version >= 12) reader.int32()
      if (version >= 5) reader.int64()
      return { partition, leaderEpoch, offset, maxBytes: reader.int32() }
    }),
  }))
  const isKnownSession = session.id === 0
  const ask = (): Round => readRound(cluster, isKnownSession ? topics : [], maxBytes, isCommittedOnly)
  const deadline = performance.now() + maxWaitMs
  let round = ask()
  // More than one turn when what was appended belongs to an open transaction and the client wants committed records.
  for (let leftMs = maxWaitMs; leftMs > 0 && round.bytes < minBytes && !round.hasError && isKnownSession && !signal.aborted; leftMs = Math.ceil(deadline - performance.now())) {
    const logs = round.topics.flatMap(({ partitions }) => partitions.flatMap(({ log }) => log ?? []))
    await moreBytes(logs, minBytes - round.bytes, leftMs, signal)
    round = ask()
  }

  writer.int32(0)
  if (version >= 7) {
    writer.int16(isKnownSession ? errors.NONE : errors.FETCH_SESSION_ID_NOT_FOUND)
    writer.int32(0)
  }
  writer.structs(round.topics, ({ topic, partitions }) => {
    writeTopicRef(writer, topic)
    writer.structs(partitions, ({ partition, error, log, slices, aborted }) => {
      const isKnown = log !== null && (error === errors.NONE || error === errors.OFFSET_OUT_OF_RANGE)
      writer.int32(partition)
      writer.int16(error)
      writer.int64(isKnown ? log.endOffset : -1)
      writer.int64(isKnown ? log.lastStableOffset : -1)
      if (version >= 5) writer.int64(isKnown ? log.startOffset : -1)
      writer.structs(aborted, ({ producerId, firstOffset }) => {
        writer.int64(producerId)
        writer.int64(firstOffset)
      })
      if (version >= 11) writer.int32(-1)
      writer.byteRanges(slices)
    })
  })
  writer.tags()
  return 'answer'
}

const readRound = (cluster: Cluster, topics: readonly Asked[], maxBytes: number, isCommittedOnly: boolean): Round => {
  let bytes = 0
  let hasError = false
  const parts = topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((wanted) => {
      const part = readPart(logOf(cluster, topic, wanted.partition), wanted, Math.min(wanted.maxBytes, maxBytes - bytes), isCommittedOnly)
      for (const slice of part.slices) bytes += slice.length
      if (part.error !== errors.NONE) hasError = true
      return part
    }),
  }))
  return { topics: parts, bytes, hasError }
}

const logOf = (cluster: Cluster, ref: TopicRef, partition: number): PartitionLog | KafkaErrorCode => {
  const topic = topicOf(cluster, ref)
  return topic === undefined ? unknownTopic(ref) : (topic.partitions[partition] ?? errors.UNKNOWN_TOPIC_OR_PARTITION)
}

const readPart = (log: PartitionLog | KafkaErrorCode, wanted: Wanted, maxBytes: number, isCommittedOnly: boolean): Part => {
  const none = (error: KafkaErrorCode): Part => ({ partition: wanted.partition, error, log: typeof log === 'number' ? null : log, slices: [], aborted: null })
  if (typeof log === 'number') return none(log)
  const epochError = notLeaderError(wanted.leaderEpoch)
  if (epochError !== errors.NONE) return none(epochError)
  if (wanted.offset < log.startOffset || wanted.offset > log.endOffset) return none(errors.OFFSET_OUT_OF_RANGE)
  const endOffset = isCommittedOnly ? log.lastStableOffset : log.endOffset
  const slices = log.read(wanted.offset, maxBytes, endOffset)
  return { partition: wanted.partition, error: errors.NONE, log, slices, aborted: isCommittedOnly ? log.transactions.aborted(wanted.offset, endOffset) : null }
}

/** Resolves when that many bytes were appended to any of the logs, one of them was closed, time is up, or nobody waits any more. */
const moreBytes = (logs: readonly PartitionLog[], bytes: number, maxWaitMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    let missing = bytes
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      for (const unsubscribe of unsubscribes) unsubscribe()
      resolve()
    }
    const timer = setTimeout(done, maxWaitMs)
    const unsubscribes = logs.map((log) =>
      log.onAppend((added) => {
        missing -= added
        if (missing <= 0 || log.isClosed) done()
      }),
    )
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
