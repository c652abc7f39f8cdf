/**
 * Records of a source as a log line names them and as a dead letter keeps them. They are not bytes yet, and what would make bytes
 * of them may be what failed: key, value and headers are written as JSON with schemas, whatever the connector's converters.
 */
import { createConverter } from '../converters/converters.ts'
import type { ConnectColumn, Converter, EncodedColumn } from '../converters/types.ts'
import { javaText } from '../data/java-text.ts'
import { allThen, andThen, type MaybePromise } from '../data/maybe-promise.ts'
import type { Header } from '../kafka/types.ts'
import { type HostBatch, hostValues, pickRows } from '../wire/host-columns.ts'
import type { SourceBatch } from '../wire/batch.ts'
import { schemaFromJson } from '../wire/schema-table.ts'
import type { DeadRecord } from './dead-letters.ts'
import { type RowFailure, textsOf } from './source-encode.ts'
import { offsetText } from './submitted-records.ts'
import type { Failure } from './tolerance.ts'

const className = 'org.apache.kafka.connect.json.JsonConverter'

export class SourceOriginals {
  readonly #json = createConverter({ className, isKey: false, config: { 'schemas.enable': 'true' } })

  failureOf(batch: SourceBatch, { row, stage, className: failedClass, error }: RowFailure): Failure {
    return { stage, className: failedClass, error, record: () => describe(batch, row), original: () => this.original(batch, row) }
  }
  original(batch: SourceBatch, row: number): MaybePromise<DeadRecord> {
    const host: HostBatch = { ...batch, offset: null, schemas: batch.schemas.map((schema) => schemaFromJson(schema)) }
    const one = pickRows(host, Int32Array.of(row))
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
        origin: { topic: topicOf(batch, row), sourcePartition: partitionOf(batch, row), sourceOffset: offsetText(batch.sourceOffset, row) },
        timestamp: batch.timestamp?.[row] ?? NaN,
        key, value,
        headers: headers === null ? [] : textsOf(headers.keys).map((name, index): Header => ({ key: name, value: headerValues[index] ?? null })),
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

const topicOf = (batch: SourceBatch, row: number): string => batch.topics[batch.topic?.[row] ?? 0] ?? ''
const partitionOf = (batch: SourceBatch, row: number): string => batch.sourcePartitions[batch.sourcePartition?.[row] ?? 0] ?? '{}'

const describe = (batch: SourceBatch, row: number): string =>
  `source record is = SourceRecord{sourcePartition=${partitionOf(batch, row)}, sourceOffset=${offsetText(batch.sourceOffset, row)}} ` +
  `ConnectRecord{topic='${topicOf(batch, row)}', kafkaPartition=${batch.partition && (batch.partition[row] as number) >= 0 ? batch.partition[row] : 'null'}}`
