/** Apache Kafka's FileStream connectors under their own names: lines of a file to a topic, records of topics to lines of a file. */
export { FileStreamSinkConnector } from './sink-connector.ts'
export { FileStreamSinkTask } from './sink-task.ts'
export { FileStreamSourceConnector } from './source-connector.ts'
export { FileStreamSourceTask } from './source-task.ts'
