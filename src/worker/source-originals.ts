/**
 * Records of a source as they were polled: kept until Kafka has them where a failed send would have to be told of, and as a dead
 * letter shows them. They are not bytes yet, and what would make bytes of them may be what failed: key, value and headers are
 * written as JSON with schemas, whatever the connector's converters.
 */
import { createConverter } from '../converters/converters.ts'
import type { ConnectColumn, Converter, EncodedColumn } from '../converters/types.ts'
import { DataException } from '../data/errors.ts'
import { javaText } from '../data/java-text.ts'
import { allThen, andThen, type MaybePromise } from '../data/maybe-promise.ts'
import { javaUtf8Text } from '../data/java-utf8.ts'
import type { Header } from '../kafka/types.ts'
import type { SourceBatch } from '../wire/batch.ts'
import { hostValues } from '../wire/host-columns.ts'
import type { DeadRecord } from './dead-letters.ts'
import { batchBytes, type RowFailure, textsOf } from './source-encode.ts'
import { pickSourceRow, placeOf, sourcePartitionOf, textOf, topicOf } from './source-text.ts'
import { offsetText } from './submitted-records.ts'
import type { Failure } from './tolerance.ts'

const className = 'org.apache.kafka.connect.json.JsonConverter'
/** So much of batches on their way is kept; nothing more is sent meanwhile. Twice the producer's usual buffer.memory. */
const maxKeptBytes = 64 * 1024 * 1024

export class SourceOriginals {
  readonly #json = createConverter({ className, isKey: false, config: { 'schemas.enable': 'true' } })
  readonly #keeps: boolean
  readonly #kept = new Map<number, SourceBatch>()
  #bytes = 0
  #waiting: PromiseWithResolvers<void> | null = null

  /** `keeps`: whether a failed send has to be told with its record. */
  constructor(keeps: boolean) {
    this.#keeps = keeps
  }
  /** Until `release`, by the number of the batch. */
  keep(number: number, batch: SourceBatch): void {
    if (!this.#keeps || batch.count === 0) return
    this.#kept.set(number, batch)
    this.#bytes += batchBytes(batch)
  }
  kept(number: number): SourceBatch | null {
    return this.#kept.get(number) ?? null
  }
  release(number: number): void {
    const batch = this.#kept.get(number)
    if (!batch) return
    this.#kept.delete(number)
    this.#bytes -= batchBytes(batch)
    if (this.#bytes < maxKeptBytes) this.#waiting?.resolve()
  }
  /** When there is room for another batch. */
  room(): Promise<void> {
    if (this.#bytes < maxKeptBytes) return Promise.resolve()
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  failureOf(batch: SourceBatch, { row, stage, className: failedClass, error }: RowFailure): Failure {
    const record = (whole: boolean): string => `source record is = ${whole ? textOf(batch, row) : placeOf(batch, row)}`
    // what the plugin's author has to change, where Kafka's words speak of Java
    const hint = (): string | null => (error instanceof DataException && error.hint !== null ? `${error.hint.slice(0, 1).toUpperCase()}${error.hint.slice(1)}.` : null)
    return { stage, className: failedClass, error, record, original: () => this.original(batch, row), hint }
  }
  original(batch: SourceBatch, row: number): MaybePromise<DeadRecord> {
    const one = pickSourceRow(batch, row)
    const { schemas, headers } = one
    const topics = { topics: batch.topics, topic: one.topic }
    const total = headers?.counts[0] ?? 0
    return allThen(
      [
        texts(this.#json, { count: 1, column: one.key, schemas, schema: one.keySchema }, topics),
        texts(this.#json, { count: 1, column: one.value, schemas, schema: one.valueSchema }, topics),
        headers === null ? [] : texts(this.#json, { count: total, column: headers.values, schemas, schema: headers.schema }, { topics: batch.topics, topic: one.topic && new Int32Array(total).fill(one.topic[0] ?? 0) }),
      ],
      ([[key = null], [value = null], headerValues]): DeadRecord => ({
        origin: { topic: topicOf(batch, row), sourcePartition: sourcePartitionOf(batch, row), sourceOffset: offsetText(batch.sourceOffset, row) },
        timestamp: batch.timestamp?.[row] ?? NaN,
        key, value,
        headers: headers === null ? [] : textsOf(headers.keys).map((name, index): Header => ({ key: javaUtf8Text(name), value: headerValues[index] ?? null })),
      }),
    )
  }
}

/** Each value as JSON; one that is not even that (it does not fit its schema) as Java would print it. */
const texts = (json: Converter, values: ConnectColumn, topics: Parameters<Converter['fromConnect']>[1]): MaybePromise<readonly (Uint8Array | null)[]> =>
  // copied (a Buffer's `slice` does not): the converter's buffer is used again
  andThen(json.fromConnect(values, topics), ({ start, end, bytes, errors }: EncodedColumn) => {
    const wrong = new Set(errors.map(({ row }) => row))
    const plain = wrong.size === 0 ? [] : hostValues(values.column, values.count, values.schemas)
    return Array.from({ length: values.count }, (_, row) => {
      if (wrong.has(row)) return Buffer.from(javaText(plain[row], null))
      return (start[row] as number) < 0 ? null : new Uint8Array(bytes.subarray(start[row], end[row]))
    })
  })
