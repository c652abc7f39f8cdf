/**
 * Which partitions of a sink are paused, and for whom: all of them for the connector's state, all while a put is to be repeated, and
 * those that the task has asked for. Resuming for one leaves what the others want.
 */
import { type Consumer, partitionKey, type TopicPartition } from '../kafka/types.ts'
import type { SinkContext } from './sink-context.ts'

export class SinkPauses {
  readonly #consumer: Consumer
  readonly #context: SinkContext
  #forRedelivery = false
  #byConnector = false

  constructor(consumer: Consumer, context: SinkContext) {
    this.#consumer = consumer
    this.#context = context
  }
  get forRedelivery(): boolean {
    return this.#forRedelivery
  }
  get byConnector(): boolean {
    return this.#byConnector
  }

  /** Until the same records have been taken, nothing else is fetched. */
  holdForRedelivery(): void {
    this.#forRedelivery = true
    this.#consumer.pause(this.#consumer.assignment())
  }
  redelivered(): void {
    if (!this.#forRedelivery) return
    this.#forRedelivery = false
    if (!this.#byConnector) this.#resumeAll()
  }
  followConnector(paused: boolean): void {
    this.#byConnector = paused
    if (paused) this.#consumer.pause(this.#consumer.assignment())
    else if (!this.#forRedelivery) this.#resumeAll()
  }
  /** What the task has asked for; applied later, by `#resumeAll`, while everything is paused anyway. */
  applyTask(pause: readonly TopicPartition[], resume: readonly TopicPartition[]): void {
    if (this.#byConnector || this.#forRedelivery) return
    const assigned = new Set(this.#consumer.assignment().map(partitionKey))
    this.#consumer.pause(pause.filter((partition) => assigned.has(partitionKey(partition))))
    this.#consumer.resume(resume.filter((partition) => assigned.has(partitionKey(partition))))
  }
  /** After an assignment; `redelivers`: whether there still is something to repeat. */
  reassigned(redelivers: boolean): void {
    this.#context.retain(this.#consumer.assignment())
    if (!redelivers) this.#forRedelivery = false
    const isAll = this.#forRedelivery || this.#byConnector
    this.#consumer.pause(isAll ? this.#consumer.assignment() : this.#consumer.assignment().filter((partition) => this.#context.paused.has(partitionKey(partition))))
  }

  #resumeAll(): void {
    this.#consumer.resume(this.#consumer.assignment().filter((partition) => !this.#context.paused.has(partitionKey(partition))))
  }
}
