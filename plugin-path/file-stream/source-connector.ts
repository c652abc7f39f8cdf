/** FileStreamSource: one task that follows one file. Configuration and messages are Kafka's. */
import { ConnectException, type OffsetMap, type Props, SourceConnector } from 'isoconnect'
import { sourceConfig, version } from './config.ts'
import { FileStreamSourceTask } from './source-task.ts'

export class FileStreamSourceConnector extends SourceConnector {
  static override config = sourceConfig
  #props: Props = {}

  override version(): string {
    return version
  }
  start(props: Props): void {
    this.#props = props
    const { file } = sourceConfig.parse(props) as { readonly file: string | null }
    console.info(`Starting file source connector reading from ${file ? file : 'standard input'}`)
  }
  taskClass(): typeof FileStreamSourceTask {
    return FileStreamSourceTask
  }
  /** One file, one reader, whatever tasks.max says. */
  taskConfigs(): Props[] {
    return [this.#props]
  }
  override exactlyOnceSupport(props: Props): 'SUPPORTED' | 'UNSUPPORTED' {
    // offsets are known for files only: what was read from standard input cannot be read again
    return sourceConfig.parse(props)['file'] ? 'SUPPORTED' : 'UNSUPPORTED'
  }
  override alterOffsets(props: Props, offsets: ReadonlyMap<OffsetMap | null, OffsetMap | null>): boolean {
    if (!sourceConfig.parse(props)['file']) {
      throw new ConnectException("Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.")
    }
    for (const [partition, offset] of offsets) {
      if (offset === null) continue // a reset is fine for whatever was stored
      if (!Object.hasOwn(offset, 'position')) throw new ConnectException("Offset objects should either be null or contain the key 'position'")
      const { position } = offset
      if (!Number.isInteger(position)) throw new ConnectException("The value for the 'position' key in the offset is expected to be a Long value")
      if ((position as number) < 0) throw new ConnectException("The value for the 'position' key in the offset should be a non-negative value")
      if (partition === null || partition === undefined) throw new ConnectException('Partition objects cannot be null')
      if (!Object.hasOwn(partition, 'filename')) throw new ConnectException("Partition objects should contain the key 'filename'")
    }
    return true
  }
}
