/** FileStreamSink: appends each record's value, as Java prints it, and a line feed. Written when `put` returns; errors are told. */
import { ConfigDef, ConnectException, SinkConnector, SinkTask } from 'isoconnect'
import type { SinkRecord } from 'isoconnect'
import { type FileHandle, open } from 'node:fs/promises'
import process from 'node:process'
import { javaText } from './java-text.ts'

const version = '4.3.1'
type Props = Record<string, string>

export class FileStreamSinkConnector extends SinkConnector {
  static override config = new ConfigDef()
    .define('file', ConfigDef.Type.STRING, null, ConfigDef.Importance.HIGH, 'Destination filename. If not specified, the standard output will be used')

  #props: Props = {}

  override version(): string {
    return version
  }
  override start(props: Props): void {
    this.#props = props
    console.info(`Starting file sink connector writing to ${props['file'] || 'standard output'}`)
  }
  override taskClass(): typeof FileStreamSinkTask {
    return FileStreamSinkTask
  }
  override taskConfigs(maxTasks: number): Props[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }
  override alterOffsets(): boolean {
    return true
  }
}

export class FileStreamSinkTask extends SinkTask {
  #file: string | null = null
  #handle: FileHandle | undefined

  override version(): string {
    return version
  }
  override async start(props: Props): Promise<void> {
    this.#file = props['file'] || null
    if (this.#file === null) return
    try {
      this.#handle = await open(this.#file, 'a')
    } catch (cause) {
      throw new ConnectException(`Couldn't find or create file '${this.#file}' for FileStreamSinkTask`, { cause })
    }
  }
  override async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return
    const lines = new Array<string>(records.length + 1)
    for (let row = 0; row < records.length; row++) {
      const record = records[row] as SinkRecord
      lines[row] = typeof record.value === 'string' ? record.value : javaText(record.value, record.valueSchema)
    }
    lines[records.length] = ''
    const text = lines.join('\n')
    if (this.#handle === undefined) process.stdout.write(text)
    else await this.#handle.appendFile(text)
  }
  override async stop(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }
}
