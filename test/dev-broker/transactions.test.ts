/** Transactions with kafkajs, and their memory across a restart. kafkajs always reads committed unless told otherwise. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kafka, Partitioners, logLevel, type Producer, type Transaction } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDevBroker, type DevBroker } from '../../src/dev-broker/broker.ts'
import { fileStore } from '../../src/dev-broker/log/file-segment.ts'
import { PartitionLog } from '../../src/dev-broker/log/partition-log.ts'
import { memoryStore } from '../../src/dev-broker/log/segment.ts'
import { readBatchHeader } from '../../src/dev-broker/protocol/batch-header.ts'
import { errors } from '../../src/dev-broker/protocol/error-codes.ts'
import { TransactionCoordinator } from '../../src/dev-broker/transactions/coordinator.ts'
import { Topics } from '../../src/dev-broker/topics.ts'
import { GroupCoordinator } from '../../src/dev-broker/groups/coordinator.ts'
import { OffsetStore } from '../../src/dev-broker/groups/offset-store.ts'
import { batch } from './batches.ts'

describe('with kafkajs', () => {
  let broker: DevBroker
  let kafka: Kafka
  beforeAll(async () => {
    broker = await startDevBroker({ port: 0 })
    kafka = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING })
  })
  afterAll(() => broker.close())

  const withProducer = async (transactionalId: string, use: (producer: Producer) => Promise<void>): Promise<void> => {
    const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, retry: { retries: 3 }, createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    try {
      await use(producer)
    } finally {
      await producer.disconnect()
    }
  }
  const write = (to: Transaction | Producer, topic: string, ...values: string[]): Promise<unknown> => to.send({ topic, messages: values.map((value) => ({ value })) })
  /** What a reader sees up to the value that ends the test. */
  const readUntil = async (topic: string, last: string, readUncommitted = false): Promise<string[]> => {
    const consumer = kafka.consumer({ groupId: `${topic}-${readUncommitted}`, maxWaitTimeInMs: 50, readUncommitted })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const seen: string[] = []
    await new Promise<void>((resolve, reject) => {
      const eachMessage = ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
        seen.push(message.value?.toString() ?? '')
        if (seen.at(-1) === last) resolve()
        return Promise.resolve()
      }
      consumer.run({ eachMessage }).catch(reject)
    })
    await consumer.disconnect()
    return seen
  }

  test('committed records are seen, aborted ones are not, unless the reader wants everything', () =>
    withProducer('t1', async (producer) => {
      const first = await producer.transaction()
      await write(first, 'mixed', 'a', 'b')
      await first.commit()
      const second = await producer.transaction()
      await write(second, 'mixed', 'dropped')
      await second.abort()
      const third = await producer.transaction()
      await write(third, 'mixed', 'end')
      await third.commit()
      expect(await readUntil('mixed', 'end')).toEqual(['a', 'b', 'end'])
      expect(await readUntil('mixed', 'end', true)).toEqual(['a', 'b', 'dropped', 'end'])
    }))

  test('offsets sent with a transaction are committed with it and dropped with it', () =>
    withProducer('t2', async (producer) => {
      const admin = kafka.admin()
      await admin.connect()
      const committed = async (): Promise<string | undefined> => (await admin.fetchOffsets({ groupId: 'tg', topics: ['mixed2'] }))[0]?.partitions[0]?.offset
      const send = async (offset: string): Promise<Transaction> => {
        const transaction = await producer.transaction()
        await write(transaction, 'mixed2', 'v')
        await transaction.sendOffsets({ consumerGroupId: 'tg', topics: [{ topic: 'mixed2', partitions: [{ partition: 0, offset }] }] })
        return transaction
      }
      const kept = await send('7')
      expect(await committed()).toBe('-1')
      await kept.commit()
      expect(await committed()).toBe('7')
      await (await send('9')).abort()
      expect(await committed()).toBe('7')
      await admin.disconnect()
    }))

  test('a second producer of the same id fences the first and aborts what it left open', () =>
    withProducer('t3', async (first) => {
      const open = await first.transaction()
      await write(open, 'fenced', 'lost')
      await withProducer('t3', async (second) => {
        const transaction = await second.transaction()
        await write(transaction, 'fenced', 'end')
        await transaction.commit()
      })
      await expect(open.commit()).rejects.toThrow()
      expect(await readUntil('fenced', 'end')).toEqual(['end'])
    }))
})

describe('the coordinator', () => {
  const coordinatorOn = (topics: Topics, directory: string | null = null, ids = { next: 0 }): TransactionCoordinator => {
    const groups = new GroupCoordinator({ initialRebalanceDelayMs: 0, minSessionTimeoutMs: 1, maxSessionTimeoutMs: 1000, log: () => {} }, new OffsetStore(null))
    return new TransactionCoordinator({ topics, groups, newProducerId: () => ids.next++, directory, log: () => {} })
  }
  const topicsWith = (...names: string[]): Topics => {
    const topics = new Topics({ meta: null, maxMemoryBytes: 1e9 })
    for (const name of names) topics.create({ name, partitions: 1 })
    return topics
  }

  test('a batch belongs to an open transaction that knows its partition, or is refused', () => {
    const coordinator = coordinatorOn(topicsWith('t'))
    const identity = coordinator.initialise('x', 1000, null)
    expect(coordinator.mayWrite(identity, 't', 0)).toBe(errors.INVALID_TXN_STATE)
    coordinator.addPartitions('x', identity, [{ topic: 't', partition: 0 }])
    expect(coordinator.mayWrite(identity, 't', 0)).toBe(errors.NONE)
    expect(coordinator.mayWrite(identity, 't', 1)).toBe(errors.INVALID_TXN_STATE)
    expect(coordinator.mayWrite({ ...identity, epoch: 9 }, 't', 0)).toBe(errors.INVALID_PRODUCER_EPOCH)
    coordinator.end('x', identity, true)
    expect(coordinator.mayWrite(identity, 't', 0)).toBe(errors.INVALID_TXN_STATE)
    coordinator.close()
  })

  test('the same end may be asked for twice, another one may not', () => {
    const coordinator = coordinatorOn(topicsWith('t'))
    const identity = coordinator.initialise('x', 1000, null)
    expect(coordinator.end('x', identity, true)).toBe(errors.INVALID_TXN_STATE)
    coordinator.addPartitions('x', identity, [{ topic: 't', partition: 0 }])
    expect([coordinator.end('x', identity, true), coordinator.end('x', identity, true), coordinator.end('x', identity, false)]).toEqual([errors.NONE, errors.NONE, errors.INVALID_TXN_STATE])
    coordinator.close()
  })

  test('every start under an id raises the epoch and fences the one before', () => {
    const coordinator = coordinatorOn(topicsWith('t'))
    const first = coordinator.initialise('x', 1000, null)
    const second = coordinator.initialise('x', 1000, null)
    expect(second).toMatchObject({ producerId: first.producerId, epoch: first.epoch + 1 })
    expect(coordinator.addPartitions('x', first, [])).toBe(errors.PRODUCER_FENCED)
    expect(coordinator.initialise('x', 1000, first).error).toBe(errors.PRODUCER_FENCED)
    expect(coordinator.initialise('x', 0, null).error).toBe(errors.INVALID_TRANSACTION_TIMEOUT)
  })

  test('an open transaction outlives a restart of the broker and can then be committed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dev-broker-'))
    try {
      const topics = topicsWith('t')
      const before = coordinatorOn(topics, directory)
      const identity = before.initialise('x', 60_000, null)
      before.addPartitions('x', identity, [{ topic: 't', partition: 0 }])
      before.close()
      const after = coordinatorOn(topics, directory, { next: 5 })
      expect(after.mayWrite(identity, 't', 0)).toBe(errors.NONE)
      expect(after.end('x', identity, true)).toBe(errors.NONE)
      expect(topics.log('t', 0)?.endOffset).toBe(1)
      after.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})

describe('a log', () => {
  const policy = (): { retentionBytes: number; retentionMs: number; canDelete: boolean; isLogAppendTime: boolean } => ({ retentionBytes: -1, retentionMs: -1, canDelete: true, isLogAppendTime: false })
  const append = (log: PartitionLog, producerId: number, sequence: number): void => {
    const bytes = batch({ values: ['v'], producerId, producerEpoch: 0, sequence, attributes: 0x10 })
    const header = readBatchHeader(bytes)
    if (header !== null) log.append(bytes, header)
  }
  test('keeps committed readers before the first open transaction and lists the aborted ones', () => {
    const log = new PartitionLog('t', 0, memoryStore(() => 10_000), policy)
    append(log, 1, 0)
    append(log, 2, 0)
    expect(log.lastStableOffset).toBe(0)
    log.endTransaction(1, 0, false)
    expect(log.lastStableOffset).toBe(1)
    log.endTransaction(2, 0, true)
    expect(log.lastStableOffset).toBe(4)
    expect(log.transactions.aborted(0, 4)).toEqual([{ producerId: 1, firstOffset: 0, lastOffset: 2 }])
    expect(log.transactions.aborted(3, 4)).toEqual([])
  })
  test('knows open and aborted transactions again after a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dev-broker-'))
    try {
      const open = (): PartitionLog => new PartitionLog('t', 0, fileStore(directory, () => 100), policy)
      const before = open()
      append(before, 1, 0)
      append(before, 2, 0)
      before.endTransaction(1, 0, false)
      before.close()
      const after = open()
      expect(after.lastStableOffset).toBe(1)
      expect(after.transactions.aborted(0, 3)).toEqual([{ producerId: 1, firstOffset: 0, lastOffset: 2 }])
      after.close()
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
