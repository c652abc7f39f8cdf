/** Kafka Connect's FileStream connectors, with Kafka's class names, configuration and messages. */
export { FileStreamSinkConnector, FileStreamSinkTask } from './sink.ts'
export { FileStreamSourceConnector, FileStreamSourceTask } from './source.ts'
