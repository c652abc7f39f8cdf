/**
 * Appends the value of each record as a line of text: one write a put, reported when it fails.
 *
 * Differs from Kafka's where that loses a line: a write that a full disk or a kill cut off leaves half a line, to which Kafka's
 * glues the next one. Here the half line is ended first.
 */
import { type FileHandle, open, stat } from 'node:fs/promises'
import { ConnectException, type Props, type SinkRecord, SinkTask, stdio } from 'isoconnect'
import { javaText } from './java-text.ts'
import { version } from './config.ts'

const newline = 10

export class FileStreamSinkTask extends SinkTask {
  #file: string | null = null
  #handle: FileHandle | null = null

  override version(): string {
    return version
  }
  async start(props: Props): Promise<void> {
    this.#file = props['file'] || null
    if (this.#file === null) return
    try {
      this.#handle = await open(this.#file, 'a')
      if (await endsInsideLine(this.#file)) await this.#handle.appendFile('\n')
    } catch (cause) {
      throw new ConnectException(`Couldn't find or create file '${this.#file}' for FileStreamSinkTask`, { cause })
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return
    const lines = new Array<string>(records.length)
    for (let row = 0; row < records.length; row++) {
      const { value, valueSchema } = records[row] as SinkRecord
      lines[row] = typeof value === 'string' ? value : javaText(value, valueSchema)
    }
    lines.push('')
    const text = lines.join('\n')
    if (this.#handle === null) {
      if (this.#file !== null) throw new ConnectException('The task has not been started')
      return stdio.write(text)
    }
    try {
      await this.#handle.appendFile(text)
    } catch (cause) {
      throw new ConnectException(`Couldn't write to file '${this.#file}'`, { cause })
    }
  }

  override async stop(): Promise<void> {
    await this.#handle?.close()
    this.#handle = null
  }
}

/** Pipes and devices have no end to look at. */
const endsInsideLine = async (file: string): Promise<boolean> => {
  const found = await stat(file)
  if (!found.isFile() || found.size === 0) return false
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(1), 0, 1, found.size - 1)
    return bytesRead === 1 && buffer[0] !== newline
  } finally {
    await handle.close()
  }
}
