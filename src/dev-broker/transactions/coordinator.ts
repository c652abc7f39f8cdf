/**
 * All transactional ids: who may write under which epoch, what belongs to an open transaction, and its end. Everything a
 * transition needs happens in one go: there is one process, so nobody sees a transaction half ended. Only kill -9 can
 * leave one in Prepare…, which the next start completes.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GroupCoordinator } from '../groups/coordinator.ts'
import type { CommitEntry } from '../groups/offset-store.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Topics } from '../topics.ts'
import { addOffsets, addPartition, isInTransaction, type Transaction } from './transaction.ts'

/** Kafka's transaction.max.timeout.ms. */
const maxTimeoutMs = 15 * 60_000
const lastEpoch = 0x7ffe

export type Identity = { readonly producerId: number; readonly epoch: number }
export type Initialised = Identity & { readonly error: KafkaErrorCode }
const refused = (error: KafkaErrorCode): Initialised => ({ error, producerId: -1, epoch: -1 })

export type TransactionDeps = {
  readonly topics: Topics
  readonly groups: GroupCoordinator
  readonly newProducerId: () => number
  readonly directory: string | null
  readonly log: (line: string) => void
}

export class TransactionCoordinator {
  readonly #deps: TransactionDeps
  readonly #transactions = new Map<string, Transaction>()
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #path: string | null

  constructor(deps: TransactionDeps) {
    this.#deps = deps
    this.#path = deps.directory === null ? null : join(deps.directory, 'transactions.json')
    for (const transaction of this.#path === null ? [] : read(this.#path)) {
      this.#transactions.set(transaction.id, transaction)
      if (transaction.state === 'Ongoing') this.#startClock(transaction)
      else if (transaction.state === 'PrepareCommit' || transaction.state === 'PrepareAbort') this.#complete(transaction)
    }
  }

  /** A producer starts under the id: whoever had it before is fenced, and what it left open is aborted. */
  initialise(id: string, timeoutMs: number, expected: Identity | null): Initialised {
    if (timeoutMs <= 0 || timeoutMs > maxTimeoutMs) return refused(errors.INVALID_TRANSACTION_TIMEOUT)
    const known = this.#transactions.get(id)
    if (known === undefined) {
      const made: Transaction = { id, producerId: this.#deps.newProducerId(), epoch: 0, timeoutMs, state: 'Empty', partitions: {}, offsets: {} }
      this.#transactions.set(id, made)
      this.#save()
      return { error: errors.NONE, producerId: made.producerId, epoch: 0 }
    }
    if (expected !== null && (expected.producerId !== known.producerId || expected.epoch !== known.epoch)) return refused(errors.PRODUCER_FENCED)
    if (known.state === 'Ongoing') this.#abortFenced(known)
    if (known.epoch >= lastEpoch) Object.assign(known, { producerId: this.#deps.newProducerId(), epoch: -1 })
    known.epoch++
    known.timeoutMs = timeoutMs
    known.state = 'Empty'
    this.#save()
    return { error: errors.NONE, producerId: known.producerId, epoch: known.epoch }
  }

  addPartitions(id: string, identity: Identity, partitions: readonly { readonly topic: string; readonly partition: number }[]): KafkaErrorCode {
    return this.#change(id, identity, (transaction) => {
      for (const { topic, partition } of partitions) addPartition(transaction, topic, partition)
    })
  }
  addGroup(id: string, identity: Identity, group: string): KafkaErrorCode {
    return this.#change(id, identity, (transaction) => addOffsets(transaction, group, []))
  }
  commitOffsets(id: string, identity: Identity, group: string, entries: readonly CommitEntry[]): KafkaErrorCode {
    const transaction = this.#find(id, identity)
    if (typeof transaction === 'number') return transaction
    if (transaction.state !== 'Ongoing' || transaction.offsets[group] === undefined) return errors.INVALID_TXN_STATE
    return this.#change(id, identity, () => addOffsets(transaction, group, entries))
  }

  end(id: string, identity: Identity, isCommit: boolean): KafkaErrorCode {
    const transaction = this.#find(id, identity)
    if (typeof transaction === 'number') return transaction
    // The answer to an earlier EndTxn may have been lost: the same end again is fine.
    if (transaction.state === (isCommit ? 'CompleteCommit' : 'CompleteAbort')) return errors.NONE
    if (transaction.state !== 'Ongoing') return errors.INVALID_TXN_STATE
    this.#prepare(transaction, isCommit)
    this.#complete(transaction)
    return errors.NONE
  }

  /** Whether a transactional batch may be written: its transaction must be open and know the partition. */
  mayWrite({ producerId, epoch }: Identity, topic: string, partition: number): KafkaErrorCode {
    const transaction = this.#transactions.values().find((candidate) => candidate.producerId === producerId)
    if (transaction === undefined) return errors.INVALID_PRODUCER_ID_MAPPING
    if (transaction.epoch !== epoch) return errors.INVALID_PRODUCER_EPOCH
    return transaction.state === 'Ongoing' && isInTransaction(transaction, topic, partition) ? errors.NONE : errors.INVALID_TXN_STATE
  }

  /** Whether an open transaction may still change this committed offset. */
  hasPendingOffset(group: string, topic: string, partition: number): boolean {
    return this.#transactions.values().some(({ offsets }) => offsets[group]?.some((entry) => entry.topic === topic && entry.partition === partition) === true)
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  #find(id: string, { producerId, epoch }: Identity): Transaction | KafkaErrorCode {
    const transaction = this.#transactions.get(id)
    if (transaction === undefined || transaction.producerId !== producerId) return errors.INVALID_PRODUCER_ID_MAPPING
    return transaction.epoch === epoch ? transaction : errors.PRODUCER_FENCED
  }
  #change(id: string, identity: Identity, change: (transaction: Transaction) => void): KafkaErrorCode {
    const transaction = this.#find(id, identity)
    if (typeof transaction === 'number') return transaction
    change(transaction)
    if (transaction.state !== 'Ongoing') {
      transaction.state = 'Ongoing'
      this.#startClock(transaction)
    }
    this.#save()
    return errors.NONE
  }

  #startClock(transaction: Transaction): void {
    const expire = (): void => {
      this.#deps.log(`Transaction ${transaction.id} is aborted: it was open for more than ${transaction.timeoutMs} ms`)
      this.#abortFenced(transaction)
    }
    this.#timers.set(transaction.id, setTimeout(expire, transaction.timeoutMs))
  }
  /** The markers carry the next epoch, so that the partitions refuse what the old producer still sends. */
  #abortFenced(transaction: Transaction): void {
    if (transaction.epoch < lastEpoch) transaction.epoch++
    this.#prepare(transaction, false)
    this.#complete(transaction)
  }

  #prepare(transaction: Transaction, isCommit: boolean): void {
    clearTimeout(this.#timers.get(transaction.id))
    this.#timers.delete(transaction.id)
    transaction.state = isCommit ? 'PrepareCommit' : 'PrepareAbort'
    this.#save()
  }
  #complete(transaction: Transaction): void {
    const isCommit = transaction.state === 'PrepareCommit'
    for (const [topic, partitions] of Object.entries(transaction.partitions)) {
      for (const partition of partitions) this.#deps.topics.log(topic, partition)?.endTransaction(transaction.producerId, transaction.epoch, isCommit)
    }
    if (isCommit) for (const [group, entries] of Object.entries(transaction.offsets)) this.#deps.groups.commit(group, entries)
    transaction.partitions = {}
    transaction.offsets = {}
    transaction.state = isCommit ? 'CompleteCommit' : 'CompleteAbort'
    this.#save()
  }

  #save(): void {
    if (this.#path === null) return
    writeFileSync(`${this.#path}.tmp`, JSON.stringify([...this.#transactions.values()]))
    renameSync(`${this.#path}.tmp`, this.#path)
  }
}

const read = (path: string): Transaction[] => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Transaction[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
