/**
 * The producer: records are appended to batches per partition, batches leave in requests per broker. One `drain` decides what can go
 * now; it runs once after a burst of appends, after each answer, and by one timer for what lingers, waits or expires.
 */
import { bufferPool } from './buffer-pool.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { KafkaConnection } from './connection.ts'
import { errorOfCode, timedOut } from './kafka-errors.ts'
import { partitionForKey, type KeylessPartitioner, type PartitionChoices } from './partitioner.ts'
import { type Identity, noIdentity, type ProducerBatch } from './producer-batch.ts'
import type { ProducerSettings } from './producer-config.ts'
import { PartitionQueue } from './producer-partition.ts'
import { initProducerIdRequest, type ProduceAnswer, produceRequest } from './producer-requests.ts'
import { headerBytes } from './record-batch.ts'
import { recordBytesUpperBound } from './record-batch-writer.ts'
import { KafkaError, type Producer, type ProducerOptions } from './types.ts'

type Topic = { readonly name: string; readonly queues: PartitionQueue[]; readonly keyless: KeylessPartitioner; readonly choices: PartitionChoices & { count: number } }
type Sent = { readonly queue: PartitionQueue; readonly batch: ProducerBatch; readonly records: Buffer }

const maxTimerMs = 60_000
/** The topic, partition and array framing around one batch in a request, generously. */
const framingBytes = 64
/** Appending goes on when this much of buffer.memory is free again. */
const resumeShare = 0.75
/** A partition that a record names may be seconds old, and not in every broker's metadata yet; one that still is not there is a mistake. */
const newPartitionMaxMs = 10_000
const noPartition = (topic: string, partition: number, count: number): KafkaError =>
  new KafkaError('INVALID_PARTITION', `Invalid partition given with record: ${partition} is not in the range [0...${count}) of topic ${topic}.`, { retriable: false })
const closedError = (): KafkaError => new KafkaError('PRODUCER_CLOSED', 'Cannot perform operation after producer has been closed', { retriable: false })

export const createProducer = (connection: KafkaConnection, settings: ProducerSettings, onProduced: ProducerOptions['onProduced'], log: Logger): Producer => {
  const topics = new Map<string, Topic>()
  const active = new Set<PartitionQueue>()
  const inFlightOf = new Map<number, number>()
  const connecting = new Set<number>()
  let identity: Identity | null = settings.isIdempotent ? null : noIdentity
  let isInitializing = false
  let failure: KafkaError | null = null
  let bufferedBytes = 0
  let isScheduled = false
  let timer: NodeJS.Timeout | null = null
  let timerAtMs = Infinity
  let drainedWaiters: (() => void)[] = []
  let metadataRefresh: Promise<void> | null = null
  let metadataAtMs = 0
  let rotation = 0
  let lastTopic: Topic | undefined
  const pool = bufferPool((settings.maxInFlight + 3) * settings.batchBytes)
  let closing: Promise<void> | null = null

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(drain)
  }
  const wakeAt = (atMs: number): void => {
    if (atMs >= timerAtMs || atMs === Infinity) return
    if (timer !== null) clearTimeout(timer)
    timerAtMs = atMs
    timer = setTimeout(() => {
      timer = null
      timerAtMs = Infinity
      schedule()
    }, Math.min(Math.max(atMs - Date.now(), 1), maxTimerMs))
  }

  const finish = (queue: PartitionQueue, batch: ProducerBatch, outcome: { readonly baseOffset: number; readonly logAppendTime: number } | KafkaError): void => {
    bufferedBytes -= batch.bytes
    if (queue.isEmpty) active.delete(queue)
    const place = { topic: queue.topic, partition: queue.partition, tokens: batch.tokens }
    try {
      onProduced(outcome instanceof KafkaError ? { ok: false, ...place, error: outcome } : { ok: true, ...place, baseOffset: outcome.baseOffset, logAppendTime: outcome.logAppendTime })
    } catch (error) {
      log.error(`Error executing user-provided callback on message for topic-partition '${queue.topic}-${queue.partition}'`, error)
    }
    for (const done of batch.onDone) done()
    if (bufferedBytes < settings.bufferBytes * resumeShare && drainedWaiters.length > 0) {
      const waiters = drainedWaiters
      drainedWaiters = []
      for (const resume of waiters) resume()
    }
  }
  const failAll = (error: KafkaError): void => {
    for (const queue of active) for (const batch of queue.removeAll()) finish(queue, batch, error)
    active.clear()
  }

  const refreshMetadata = (): void => {
    if (metadataRefresh !== null || closing !== null && active.size === 0) return
    const waitMs = Math.max(metadataAtMs + settings.retryBackoffMs - Date.now(), 0)
    metadataRefresh = (async () => {
      if (waitMs > 0) await sleep(waitMs)
      try {
        learn(await connection.refreshMetadata([...topics.keys()], { autoCreate: true }))
      } catch (error) {
        log.debug(`The metadata could not be refreshed: ${messageOf(error)}`)
      }
      metadataAtMs = Date.now()
      metadataRefresh = null
      schedule()
    })()
  }
  const learn = (all: Awaited<ReturnType<KafkaConnection['refreshMetadata']>>): void => {
    for (const { name, error, partitions } of all) {
      const topic = topics.get(name)
      if (topic !== undefined && error === null) topic.choices.count = partitions.length
      else if (error !== null) log.debug(`Error while fetching metadata: ${error.message}`)
    }
  }

  const initialize = async (): Promise<void> => {
    if (isInitializing) return
    isInitializing = true
    for (let attempts = 0; failure === null && identity === null; attempts++) {
      try {
        identity = await connection.send('any', initProducerIdRequest(null, 2147483647))
        log.debug(`ProducerId set to ${identity.producerId} with epoch ${identity.producerEpoch}`)
      } catch (error) {
        const problem = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', messageOf(error), { retriable: false, cause: error })
        if (!problem.retriable) {
          failure ??= problem
          failAll(problem)
          break
        }
        if (closing !== null && active.size === 0) break
        await sleep(backoffMs(attempts))
        expire()
      }
    }
    isInitializing = false
    schedule()
  }
  const backoffMs = (failures: number): number => Math.min(settings.retryBackoffMs * 2 ** failures, settings.retryBackoffMaxMs) * (0.8 + Math.random() * 0.4)

  const expire = (): void => {
    const createdBeforeMs = Date.now() - settings.deliveryTimeoutMs
    for (const queue of active) {
      if (queue.oldestMs() > createdBeforeMs) continue
      for (const batch of queue.expire(createdBeforeMs)) {
        finish(queue, batch, timedOut(`Expiring ${batch.count} record(s) for ${queue.topic}-${queue.partition}:${Date.now() - batch.createdAtMs} ms has passed since batch creation${batch.lastError === null ? '' : `; last error: ${batch.lastError.message}`}`))
      }
    }
  }

  const drain = (): void => {
    isScheduled = false
    if (failure !== null || active.size === 0) return
    expire()
    const nowMs = Date.now()
    if (identity === null) {
      void initialize()
      return
    }
    if (nowMs - metadataAtMs > settings.metadataMaxAgeMs) refreshMetadata()
    // Out of memory, or nobody appends any more: what is there goes at once.
    const lingerMs = bufferedBytes >= settings.bufferBytes || closing !== null ? 0 : settings.lingerMs
    const readyOf = new Map<number, PartitionQueue[]>()
    for (const queue of active) {
      const readyAtMs = queue.readyAtMs(lingerMs)
      wakeAt(queue.oldestMs() + settings.deliveryTimeoutMs)
      if (readyAtMs > nowMs) {
        wakeAt(readyAtMs)
        continue
      }
      const leader = connection.leaderOf(queue.topic, queue.partition)
      if (leader < 0) {
        refreshMetadata()
        continue
      }
      const ready = readyOf.get(leader)
      if (ready === undefined) readyOf.set(leader, [queue])
      else ready.push(queue)
    }
    for (const [node, queues] of readyOf) {
      if (!connection.isReady(node)) {
        void connect(node)
        continue
      }
      // Start elsewhere each time, so that a broker's last partition is not always the one that does not fit.
      rotation++
      const turn = queues.map((_, i) => queues[(i + rotation) % queues.length]).filter((queue) => queue !== undefined)
      while ((inFlightOf.get(node) ?? 0) < settings.maxInFlight && sendSome(node, turn, nowMs, lingerMs)) { /* until nothing is ready */ }
    }
  }

  /** Batches wait for their broker's socket here: an attempt is counted only when a request really leaves. */
  const connect = async (node: number): Promise<void> => {
    if (connecting.has(node)) return
    connecting.add(node)
    try {
      await connection.ready(node)
    } catch (error) {
      // The connection has warned about it. The partitions may have moved to another broker meanwhile.
      log.debug(`Broker ${node} is not available: ${messageOf(error)}`)
      refreshMetadata()
      await sleep(settings.retryBackoffMs)
    }
    connecting.delete(node)
    schedule()
  }

  /** One request: at most one batch per partition, at most max.request.size. False when nothing was ready. */
  const sendSome = (node: number, queues: readonly PartitionQueue[], nowMs: number, lingerMs: number): boolean => {
    const sent: Sent[] = []
    let bytes = 0
    for (const queue of queues) {
      if (queue.readyAtMs(lingerMs) > nowMs) continue
      const size = queue.nextBytes() + framingBytes
      if (sent.length > 0 && bytes + size > settings.maxRequestBytes) continue
      const taken = queue.take(settings.compression, identity ?? noIdentity, settings.isIdempotent)
      if (taken === null) {
        // 32767 epochs are used up on this partition: a new producer id.
        identity = null
        void initialize()
        break
      }
      bytes += taken.records.length + framingBytes
      sent.push({ queue, ...taken })
    }
    if (sent.length === 0) return false
    void send(node, sent)
    return identity !== null
  }

  const send = async (node: number, sent: readonly Sent[]): Promise<void> => {
    const byTopic = Map.groupBy(sent, ({ queue }) => queue.topic)
    const request = produceRequest({
      acks: settings.acks, timeoutMs: settings.requestTimeoutMs, transactionalId: null,
      topics: [...byTopic].map(([name, parts]) => ({ name, partitions: parts.map(({ queue, records }) => ({ index: queue.partition, records })) })),
    })
    inFlightOf.set(node, (inFlightOf.get(node) ?? 0) + 1)
    let answers: readonly ProduceAnswer[] | KafkaError
    try {
      answers = await connection.send(node, request, { timeoutMs: settings.requestTimeoutMs })
    } catch (error) {
      answers = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', messageOf(error), { retriable: false, cause: error })
    }
    inFlightOf.set(node, (inFlightOf.get(node) ?? 0) - 1)
    for (const part of sent) {
      // Closed while it was under way: its outcome was told then.
      if (failure !== null) continue
      if (answers instanceof KafkaError) failed(part, answers)
      else if (settings.acks === 0) done(part, -1, -1)
      else answered(part, answers.find(({ topic, partition }) => topic === part.queue.topic && partition === part.queue.partition))
    }
    schedule()
  }
  const answered = (part: Sent, answer: ProduceAnswer | undefined): void => {
    const what = `Produce to ${part.queue.topic}-${part.queue.partition}`
    if (answer === undefined) failed(part, new KafkaError('UNKNOWN_SERVER_ERROR', `${what}: the broker's answer does not mention the partition`, { retriable: false }))
    else if (answer.errorCode === 0) done(part, answer.baseOffset, answer.logAppendTime)
    else failed(part, errorOfCode(answer.errorCode, what, answer.errorMessage, `Write on topic ${part.queue.topic}`))
  }
  const done = ({ queue, batch }: Sent, baseOffset: number, logAppendTime: number): void => {
    queue.acknowledged(batch)
    finish(queue, batch, { baseOffset, logAppendTime })
    // sent once and answered: no socket can hold these bytes any more
    if (batch.attempts === 1 && settings.acks !== 0) pool.give(batch.writer.buffer)
  }
  const failed = ({ queue, batch }: Sent, error: KafkaError): void => {
    const where = `${queue.topic}-${queue.partition}`
    // The broker has it, but so long ago that it no longer knows where.
    if (error.kafkaCode === 'DUPLICATE_SEQUENCE_NUMBER') return done({ queue, batch, records: Buffer.alloc(0) }, -1, -1)
    if ((error.kafkaCode === 'MESSAGE_TOO_LARGE' || error.kafkaCode === 'RECORD_LIST_TOO_LARGE') && batch.count > 1) {
      log.warn(`Got error produce response on topic-partition ${where}, splitting and retrying. Error: ${error.kafkaCode}`)
      const before = batch.bytes
      queue.tooLarge(batch)
      // Two headers instead of one.
      bufferedBytes += queue.batches().filter(({ order }) => order === batch.order).reduce((sum, half) => sum + half.bytes, 0) - before
      return
    }
    const isSequenceError = settings.isIdempotent && (error.kafkaCode === 'OUT_OF_ORDER_SEQUENCE_NUMBER' || error.kafkaCode === 'UNKNOWN_PRODUCER_ID')
    const isExpired = batch.createdAtMs + settings.deliveryTimeoutMs <= Date.now()
    if ((error.retriable || isSequenceError) && batch.attempts <= settings.retries && !isExpired) {
      log.warn(`Got error produce response on topic-partition ${where}, retrying (${settings.retries - batch.attempts} attempts left). Error: ${error.kafkaCode}. ${error.message}`)
      queue.failedForNow(batch, error, Date.now() + backoffMs(batch.attempts - 1))
      refreshMetadata()
      return
    }
    queue.failedForGood(batch)
    finish(queue, batch, error)
  }

  const topicOf = (name: string): Topic => {
    if (lastTopic !== undefined && lastTopic.name === name) return lastTopic
    const topic = topics.get(name)
    if (topic === undefined || topic.choices.count === 0) throw new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', `Topic ${name} not present in metadata: ensureTopic comes before append`, { retriable: false })
    lastTopic = topic
    return topic
  }

  const producer: Producer = {
    append(name, partition, timestampMs, key, keyStart, keyEnd, value, valueStart, valueEnd, headers, token) {
      if (failure !== null) throw failure
      if (closing !== null) throw closedError()
      const topic = topicOf(name)
      const upperBytes = headerBytes + recordBytesUpperBound(key === null ? 0 : keyEnd - keyStart, value === null ? 0 : valueEnd - valueStart, headers)
      if (upperBytes > settings.maxRequestBytes || upperBytes > settings.bufferBytes) {
        const key = upperBytes > settings.maxRequestBytes ? 'max.request.size' : 'buffer.memory'
        throw new KafkaError('RECORD_TOO_LARGE', `The message is ${upperBytes} bytes when serialized which is larger than ${key === 'max.request.size' ? settings.maxRequestBytes : settings.bufferBytes}, which is the value of the ${key} configuration.`, { retriable: false })
      }
      const isKeyless = partition < 0 && (key === null || settings.ignoreKeys)
      const chosen = partition >= 0 ? partition : isKeyless ? topic.keyless.next(topic.choices) : partitionForKey(key ?? new Uint8Array(0), keyStart, keyEnd, topic.choices.count)
      if (chosen >= topic.choices.count) throw noPartition(name, chosen, topic.choices.count)
      let queue = topic.queues[chosen]
      if (queue === undefined) {
        queue = new PartitionQueue(name, chosen, settings.batchBytes, pool.take)
        topic.queues[chosen] = queue
      }
      const before = queue.open
      const bytes = queue.append(Date.now, Number.isNaN(timestampMs) ? Date.now() : timestampMs, key, keyStart, keyEnd, value, valueStart, valueEnd, headers, token)
      bufferedBytes += bytes
      const { open } = queue
      if (before === null || open !== before) {
        active.add(queue)
        // A batch is full and can go; a new one lingers.
        if (before !== null || open === null || settings.lingerMs === 0) schedule()
        if (open !== null) wakeAt(open.createdAtMs + settings.lingerMs)
      }
      if (isKeyless) topic.keyless.appended(bytes, open === null)
      if (bufferedBytes < settings.bufferBytes) return true
      schedule()
      return false
    },
    async ensureTopic(name, partition = 0) {
      const startMs = Date.now()
      for (let attempts = 0; ; attempts++) {
        const known = topics.get(name)
        if (known !== undefined && known.choices.count > partition) return { partitions: known.choices.count }
        if (failure !== null) throw failure
        if (closing !== null) throw closedError()
        let problem: KafkaError
        try {
          const [metadata] = await connection.refreshMetadata([name], { autoCreate: true })
          if (metadata !== undefined && metadata.error === null && metadata.partitions.length > 0) {
            const { length: count } = metadata.partitions
            const topic = topics.get(name)
            if (topic === undefined) topics.set(name, { name, queues: [], keyless: settings.keylessPartitioner(), choices: { count, hasLeader: (partition) => connection.leaderOf(name, partition) >= 0 } })
            else topic.choices.count = count
            if (metadataAtMs === 0) metadataAtMs = Date.now()
            if (identity === null) void initialize()
            if (partition < count) continue
            problem = noPartition(name, partition, count)
          } else problem = metadata?.error ?? new KafkaError('LEADER_NOT_AVAILABLE', `Topic ${name} has no partitions yet`, { retriable: true })
        } catch (error) {
          problem = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR', messageOf(error), { retriable: false, cause: error })
        }
        const isNoPartition = problem.kafkaCode === 'INVALID_PARTITION'
        if (!problem.retriable && !isNoPartition) throw problem
        const waitMs = backoffMs(attempts)
        const waitedMs = Date.now() + waitMs - startMs
        if (isNoPartition && waitedMs > Math.min(settings.maxBlockMs, newPartitionMaxMs)) throw problem
        if (waitedMs > settings.maxBlockMs) throw timedOut(`Topic ${name} not present in metadata after ${settings.maxBlockMs} ms. ${problem.message}`, problem)
        await sleep(waitMs)
      }
    },
    drained() {
      if (bufferedBytes < settings.bufferBytes) return Promise.resolve()
      return new Promise((resolve) => drainedWaiters.push(resolve))
    },
    flush() {
      const open = [...active].flatMap((queue) => {
        queue.closeOpen()
        return queue.batches()
      })
      schedule()
      return Promise.all(open.map((batch) => new Promise<void>((resolve) => batch.onDone.push(resolve)))).then(() => {})
    },
    get bufferedBytes() {
      return bufferedBytes
    },
    get failure() {
      return failure
    },
    close(timeoutMs) {
      closing ??= (async () => {
        const flushed = producer.flush()
        const timeout = new AbortController()
        await Promise.race([flushed, sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => {})])
        timeout.abort()
        const forced = new KafkaError('PRODUCER_CLOSED', 'Producer is closed forcefully.', { retriable: false })
        failure ??= forced
        failAll(forced)
        if (timer !== null) clearTimeout(timer)
        for (const resume of drainedWaiters) resume()
        await connection.close()
      })()
      return closing
    },
  }
  return producer
}
