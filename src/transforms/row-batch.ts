/** One batch on its way through a chain: rows to read and change, columns made only of what was touched, rows dropped and failed. */
import { ConnectHeaders } from '../data/headers.ts'
import type { Schema } from '../data/schema.ts'
import type { Index } from '../wire/batch.ts'
import type { HostBatch } from '../wire/host-columns.ts'
import { HeaderRows } from './header-rows.ts'
import { describeRecord } from './describe.ts'
import { SchemaList } from './schema-list.ts'
import { SideRows } from './side-rows.ts'
import type { RecordRow, Side, StageFailure } from './types.ts'

const LIVE = 0, DROPPED = 1, FAILED = 2

export class RowBatch {
  readonly count: number
  readonly #batch: HostBatch
  readonly #schemas: SchemaList
  readonly #key: SideRows
  readonly #value: SideRows
  readonly #headers: HeaderRows
  #topics: string[]
  #topic: Index
  #topicIndex: Map<string, number> | null = null
  #partition: Int32Array | null
  #timestamp: Float64Array | null
  readonly #status: Uint8Array
  readonly #failures = new Map<number, StageFailure>()
  #dropped = 0
  #excluded = 0
  #isRouted = false

  constructor(batch: HostBatch) {
    this.count = batch.count
    this.#batch = batch
    this.#schemas = new SchemaList(batch.schemas)
    this.#key = new SideRows(batch.key, batch.keySchema, batch.count, this.#schemas)
    this.#value = new SideRows(batch.value, batch.valueSchema, batch.count, this.#schemas)
    this.#headers = new HeaderRows(batch.headers, batch.count, this.#schemas)
    this.#topics = [...batch.topics]
    this.#topic = batch.topic
    this.#partition = batch.partition
    this.#timestamp = batch.timestamp
    this.#status = new Uint8Array(batch.count)
  }

  /** A view of one row at a time: set `row`, then read and write. */
  cursor(): RecordRow & { row: number } {
    return new Cursor(this)
  }
  isLive(row: number): boolean {
    return this.#status[row] === LIVE
  }
  get allLive(): boolean {
    return this.#dropped === 0 && this.#excluded === 0 && this.#failures.size === 0
  }
  drop(row: number): void {
    this.#status[row] = DROPPED
    this.#dropped++
  }
  fail(row: number, stage: number, className: string, error: unknown): void {
    this.#status[row] = FAILED
    this.#failures.set(row, { row, stage, className, error: error instanceof Error ? error : new Error(String(error)) })
  }
  /** Keeps a row out of the chain that failed before it (in a converter, say); who does so keeps the reason. */
  exclude(row: number): void {
    this.#status[row] = FAILED
    this.#excluded++
  }
  /** Makes a failed row live again and says from which stage on it is to be transformed; -1 for a row that did not fail. */
  revive(row: number): number {
    if (this.#status[row] !== FAILED) return -1
    this.#status[row] = LIVE
    const stage = this.#failures.get(row)?.stage
    if (stage === undefined) this.#excluded--
    else this.#failures.delete(row)
    return stage ?? 0
  }
  /** Ascending by row. */
  get failures(): readonly StageFailure[] {
    return [...this.#failures.values()].toSorted((a, b) => a.row - b.row)
  }
  /** Rows neither dropped nor failed, ascending; null for all. */
  liveRows(): Int32Array | null {
    if (this.allLive) return null
    return Int32Array.from(this.#status.keys().filter((row) => this.#status[row] === LIVE))
  }
  droppedRows(): Int32Array {
    return this.#dropped === 0 ? new Int32Array(0) : Int32Array.from(this.#status.keys().filter((row) => this.#status[row] === DROPPED))
  }

  /** Some record has another topic or partition than it came with. */
  get isRouted(): boolean {
    return this.#isRouted
  }
  topic(row: number): string {
    return this.#topics[this.#topic === null ? 0 : (this.#topic[row] as number)] as string
  }
  setTopic(row: number, topic: string): void {
    const known = (this.#topicIndex ??= new Map(this.#topics.map((name, index) => [name, index])))
    this.#isRouted = true
    let index = known.get(topic)
    if (index === undefined) known.set(topic, (index = this.#topics.push(topic) - 1))
    if (this.#topic === null) {
      if (index === 0) return
      this.#topic = new Int32Array(this.count)
    } else if (this.#topic === this.#batch.topic) this.#topic = this.#topic.slice()
    this.#topic[row] = index
  }
  /** Every topic of the batch by another name; throws what `map` throws, with nothing changed. */
  mapTopics(map: (topic: string) => string): void {
    this.#topics = this.#topics.map(map)
    this.#isRouted = true
    this.#topicIndex = null
  }
  partition(row: number): number | null {
    const partition = this.#partition === null ? -1 : (this.#partition[row] as number)
    return partition < 0 ? null : partition
  }
  setPartition(row: number, partition: number | null): void {
    this.#isRouted = true
    if (this.#partition === null) this.#partition = new Int32Array(this.count).fill(-1)
    else if (this.#partition === this.#batch.partition) this.#partition = this.#partition.slice()
    this.#partition[row] = partition ?? -1
  }
  timestamp(row: number): number | null {
    const timestamp = this.#timestamp === null ? NaN : (this.#timestamp[row] as number)
    return Number.isNaN(timestamp) ? null : timestamp
  }
  setTimestamp(row: number, timestamp: number | null): void {
    if (this.#timestamp === null) this.#timestamp = new Float64Array(this.count).fill(NaN)
    else if (this.#timestamp === this.#batch.timestamp) this.#timestamp = this.#timestamp.slice()
    this.#timestamp[row] = timestamp ?? NaN
  }
  offset(row: number): number | null {
    return this.#batch.offset === null ? null : (this.#batch.offset[row] as number)
  }
  side(side: Side): SideRows {
    return side === 'key' ? this.#key : this.#value
  }
  headers(row: number): ConnectHeaders {
    return this.#headers.get(row)
  }
  setHeaders(row: number, headers: ConnectHeaders): void {
    this.#headers.set(row, headers)
  }

  /** The columns as they are now, all rows: those of dropped and failed rows have no meaning. */
  toHostBatch(): HostBatch {
    const headers = this.#headers.toColumn()
    return {
      ...this.#batch,
      topics: this.#topics, topic: this.#topic, partition: this.#partition, timestamp: this.#timestamp,
      key: this.#key.column, keySchema: this.#key.index, value: this.#value.column, valueSchema: this.#value.index,
      headers, schemas: this.#schemas.all,
    }
  }
}

class Cursor implements RecordRow {
  row = 0
  readonly #batch: RowBatch
  readonly #key: SideRows
  readonly #value: SideRows

  constructor(batch: RowBatch) {
    this.#batch = batch
    this.#key = batch.side('key')
    this.#value = batch.side('value')
  }
  get topic(): string { return this.#batch.topic(this.row) }
  set topic(topic: string) { this.#batch.setTopic(this.row, topic) }
  get kafkaPartition(): number | null { return this.#batch.partition(this.row) }
  set kafkaPartition(partition: number | null) { this.#batch.setPartition(this.row, partition) }
  get timestamp(): number | null { return this.#batch.timestamp(this.row) }
  set timestamp(timestamp: number | null) { this.#batch.setTimestamp(this.row, timestamp) }
  get headers(): ConnectHeaders { return this.#batch.headers(this.row) }
  set headers(headers: ConnectHeaders) { this.#batch.setHeaders(this.row, headers) }
  get kafkaOffset(): number | null { return this.#batch.offset(this.row) }
  schema(side: Side): Schema | null { return (side === 'key' ? this.#key : this.#value).schema(this.row) }
  value(side: Side): unknown { return (side === 'key' ? this.#key : this.#value).value(this.row) }
  isNull(side: Side): boolean { return (side === 'key' ? this.#key : this.#value).isNull(this.row) }
  set(side: Side, schema: Schema | null, value: unknown): void { (side === 'key' ? this.#key : this.#value).set(this.row, schema, value) }
  toString(): string { return describeRecord(this) }
}
