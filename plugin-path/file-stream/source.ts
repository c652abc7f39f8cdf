/**
 * FileStreamSource: follows a file and sends each complete line. Positions are bytes whatever the text; truncation and
 * rotation are noticed; the last line is sent once its terminator is there.
 */
import { ConfigDef, ConnectException, schemas, SourceConnector, SourceTask } from 'isoconnect'
import type { OffsetMap, SourceRecord } from 'isoconnect'
import { FileFollower } from './file-follower.ts'
import { LineCutter } from './line-cutter.ts'
import { StdinFollower } from './stdin-follower.ts'

const version = '4.3.1'
const waitMs = 1000
type Props = Record<string, string>

export class FileStreamSourceConnector extends SourceConnector {
  static override config = new ConfigDef()
    .define('file', ConfigDef.Type.STRING, null, ConfigDef.Importance.HIGH, 'Source filename. If not specified, the standard input will be used')
    .define('topic', ConfigDef.Type.STRING, ConfigDef.NO_DEFAULT_VALUE, new ConfigDef.NonEmptyString(), ConfigDef.Importance.HIGH, 'The topic to publish data to')
    .define('batch.size', ConfigDef.Type.INT, 2000, ConfigDef.Importance.LOW, 'The maximum number of records the source task can read from the file each time it is polled')

  #props: Props = {}

  override version(): string {
    return version
  }
  override start(props: Props): void {
    this.#props = props
    console.info(`Starting file source connector reading from ${props['file'] || 'standard input'}`)
  }
  override taskClass(): typeof FileStreamSourceTask {
    return FileStreamSourceTask
  }
  /** One file, one task, whatever tasks.max. */
  override taskConfigs(): Props[] {
    return [this.#props]
  }
  override exactlyOnceSupport(props: Props): 'SUPPORTED' | 'UNSUPPORTED' {
    return props['file'] ? 'SUPPORTED' : 'UNSUPPORTED'
  }
  override alterOffsets(props: Props, offsets: ReadonlyMap<OffsetMap, OffsetMap | null>): boolean {
    if (!props['file']) {
      throw new ConnectException("Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.")
    }
    for (const [partition, offset] of offsets) {
      if (offset === null) continue
      checkOffset(offset)
      if (partition === null || partition === undefined) throw new ConnectException('Partition objects cannot be null')
      if (!Object.hasOwn(partition, 'filename')) throw new ConnectException("Partition objects should contain the key 'filename'")
    }
    return true
  }
}

const isInteger = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isInteger(value)

const checkOffset = (offset: OffsetMap): void => {
  if (!Object.hasOwn(offset, 'position')) throw new ConnectException("Offset objects should either be null or contain the key 'position'")
  const position = offset['position']
  if (!isInteger(position)) throw new ConnectException("The value for the 'position' key in the offset is expected to be a Long value")
  if (position < 0) throw new ConnectException("The value for the 'position' key in the offset should be a non-negative value")
}

/** What is read: bytes appended since the last time, and whether to begin anew. */
export interface Follower {
  /** The next bytes, or null when there are none now. `restarted` once when the file was truncated or replaced. */
  read(): Promise<{ readonly bytes: Uint8Array; readonly restarted: boolean } | null>
  close(): Promise<void>
}

export class FileStreamSourceTask extends SourceTask {
  #topic = ''
  #batchSize = 2000
  #sourcePartition: OffsetMap = {}
  #follower: Follower | undefined
  #lines = new LineCutter(0)
  #tracksOffsets = true
  #stopping = false
  #wake: () => void = () => {}

  override version(): string {
    return version
  }
  override start(props: Props): void {
    const parsed = FileStreamSourceConnector.config.parse(props)
    const file = (parsed['file'] as string | null) || null
    this.#topic = String(parsed['topic'])
    this.#batchSize = Math.max(1, Number(parsed['batch.size']))
    this.#sourcePartition = { filename: file ?? (props['file'] === '' ? '' : null) }
    this.#tracksOffsets = file !== null
    const position = file === null ? 0 : this.#storedPosition()
    this.#lines = new LineCutter(position)
    this.#follower = file === null ? new StdinFollower() : new FileFollower(file, position)
  }

  override async poll(): Promise<SourceRecord[] | null> {
    const records: SourceRecord[] = []
    this.#cut(records)
    // a batch that ends with the chunk goes out at once: the rest waits for the next poll, not for later bytes
    while (records.length === 0 && !this.#stopping) {
      const read = await this.#follower?.read()
      if (!read) {
        await this.#wait()
        return null
      }
      if (read.restarted) this.#lines = new LineCutter(0)
      this.#lines.add(read.bytes)
      this.#cut(records)
    }
    return records.length === 0 ? null : records
  }

  #cut(records: SourceRecord[]): void {
    const topic = this.#topic
    const sourcePartition = this.#sourcePartition
    const valueSchema = schemas.STRING_SCHEMA
    const timestamp = Date.now()
    if (this.#tracksOffsets) {
      this.#lines.cut(this.#batchSize - records.length, (value, position) => records.push({ topic, value, valueSchema, timestamp, sourcePartition, sourceOffset: { position } }))
    } else {
      this.#lines.cut(this.#batchSize - records.length, (value) => records.push({ topic, value, valueSchema, timestamp, sourcePartition, sourceOffset: { position: null } }))
    }
  }

  override async stop(): Promise<void> {
    this.#stopping = true
    this.#wake()
    await this.#follower?.close()
  }

  /** Ends early when the task stops. */
  async #wait(): Promise<void> {
    if (this.#stopping) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, waitMs / 10)
    this.#wake = resolve
    await promise
    clearTimeout(timer)
  }

  #storedPosition(): number {
    const position: unknown = this.context.offsetStorageReader.offset(this.#sourcePartition)?.['position']
    if (position === undefined || position === null) return 0
    if (!isInteger(position)) throw new ConnectException('Offset position is the incorrect type')
    return Number(position)
  }
}
