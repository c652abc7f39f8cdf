/**
 * Reads lines from a file that may grow, be truncated or be replaced, or from the worker's standard input.
 *
 * Differs from Kafka's where Kafka's loses or strands lines: positions are bytes whatever the text, every complete line is
 * returned without waiting for later ones, truncation and replacement are noticed, a directory is an error.
 */
import { ConnectException, type Props, schemas, type SourceRecord, SourceTask } from 'isoconnect'
import { sourceConfig, version } from './config.ts'
import { FileInput } from './file-input.ts'
import { LineBuffer } from './line-buffer.ts'
import { StdinInput } from './stdin-input.ts'

/** Kafka waits this long for more before it returns null. */
const pollWaitMs = 1000

/** Where bytes come from. `read` gives null when there is nothing now. */
export interface Input {
  read(): Promise<Uint8Array | null>
  /** Set when the input began anew (a truncated or replaced file): what is buffered is of the past, positions restart here. */
  takeRestart(): boolean
  close(): Promise<void>
}

export class FileStreamSourceTask extends SourceTask {
  #file: string | null = null
  #topic = ''
  #batchSize = 2000
  #input: Input | null = null
  #lines = new LineBuffer(0)
  #sourcePartition: Record<string, unknown> = {}
  #stopped = false
  #wake: (() => void) | null = null

  override version(): string {
    return version
  }
  start(props: Props): void {
    const config = sourceConfig.parse(props)
    this.#file = (config['file'] as string | null) || null
    this.#topic = config['topic'] as string
    this.#batchSize = Math.max(1, config['batch.size'] as number)
    this.#sourcePartition = { filename: config['file'] }
    if (this.#file === null) this.#input = new StdinInput()
    else {
      const position = this.#storedPosition()
      this.#lines = new LineBuffer(position)
      this.#input = new FileInput(this.#file, position)
    }
  }

  #storedPosition(): number {
    const stored = this.context.offsetStorageReader.offset(this.#sourcePartition)
    const position = stored?.['position'] ?? 0
    if (!Number.isInteger(position)) throw new ConnectException('Offset position is the incorrect type')
    return position as number
  }

  override async poll(): Promise<SourceRecord[] | null> {
    const input = this.#input
    if (input === null) throw new ConnectException('The task has not been started')
    const lines = this.#lines
    const deadline = Date.now() + pollWaitMs
    const records: SourceRecord[] = []
    while (!this.#stopped) {
      this.#cut(records)
      if (records.length >= this.#batchSize) break
      const bytes = await input.read()
      if (input.takeRestart()) this.#restart(records)
      if (bytes !== null) lines.push(bytes)
      else if (records.length > 0 || Date.now() >= deadline) break
      else await this.#wait()
    }
    return records.length === 0 ? null : records
  }

  /** Complete lines, up to the batch's size. */
  #cut(records: SourceRecord[]): void {
    const lines = this.#lines
    const timestamp = Date.now()
    const topic = this.#topic
    const sourcePartition = this.#sourcePartition
    const isFile = this.#file !== null
    const size = this.#batchSize
    while (records.length < size) {
      const value = lines.next()
      if (value === null) return
      records.push({ topic, value, valueSchema: schemas.STRING_SCHEMA, timestamp, sourcePartition, sourceOffset: { position: isFile ? lines.position : null } })
    }
  }

  /** The file was truncated or replaced. A last line without its end is whole now: nothing more can come. */
  #restart(records: SourceRecord[]): void {
    const value = this.#lines.restart()
    if (value === null) return
    records.push({ topic: this.#topic, value, valueSchema: schemas.STRING_SCHEMA, timestamp: Date.now(), sourcePartition: this.#sourcePartition, sourceOffset: { position: 0 } })
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, 100)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  override async stop(): Promise<void> {
    this.#stopped = true
    this.#wake?.()
    await this.#input?.close()
  }
}
