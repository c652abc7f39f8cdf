/** FileStreamSink: tasks that append records to one file. Configuration and messages are Kafka's. */
import { type Props, SinkConnector } from 'isoconnect'
import { sinkConfig, version } from './config.ts'
import { FileStreamSinkTask } from './sink-task.ts'

export class FileStreamSinkConnector extends SinkConnector {
  static override config = sinkConfig
  #props: Props = {}

  override version(): string {
    return version
  }
  start(props: Props): void {
    this.#props = props
    const { file } = sinkConfig.parse(props) as { readonly file: string | null }
    console.info(`Starting file sink connector writing to ${file ? file : 'standard output'}`)
  }
  taskClass(): typeof FileStreamSinkTask {
    return FileStreamSinkTask
  }
  taskConfigs(maxTasks: number): Props[] {
    return Array.from({ length: maxTasks }, () => this.#props)
  }
  /** Plain consumer offsets: any will do. */
  override alterOffsets(): boolean {
    return true
  }
}
