/**
 * The `__connect.errors.*` headers of a dead letter, in Kafka's order (`errors.deadletterqueue.context.headers.enable`).
 * Texts that plugins wrote go without the secrets they may hold.
 */
import { type Header, KafkaError } from '../kafka/types.ts'
import { traceOf } from '../log.ts'
import { withoutSecrets } from '../log-secrets.ts'
import type { Failure } from './tolerance.ts'
import type { TaskId } from './types.ts'

/** Where a record came from: a place in Kafka, or (source tasks) a source partition and offset as JSON. */
export type Origin =
  | { readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly topic: string; readonly sourcePartition: string; readonly sourceOffset: string | null }

const prefix = '__connect.errors.'
/** The largest of them by far. */
export const stackTraceHeader = `${prefix}exception.stacktrace`

export const contextHeaders = (id: TaskId, origin: Origin, { stage, className, error }: Pick<Failure, 'stage' | 'className' | 'error'>): readonly Header[] => {
  const header = (name: string, value: string | null): Header => ({ key: prefix + name, value: value === null ? null : Buffer.from(value) })
  return [
    header('topic', origin.topic),
    ...('partition' in origin
      ? [header('partition', String(origin.partition)), header('offset', String(origin.offset))]
      : [header('source.partition', origin.sourcePartition), header('source.offset', origin.sourceOffset)]),
    header('connector.name', id.connector),
    header('task.id', String(id.task)),
    header('stage', stage),
    header('class.name', className),
    header('exception.class.name', withoutSecrets(javaClassName(error))),
    // an exception without a message has null in Java
    header('exception.message', error.message === '' ? null : withoutSecrets(error.message)),
    header('exception.stacktrace', traceOf(error)),
  ]
}

const javaNames: Readonly<Record<string, string>> = {
  ConfigException: 'org.apache.kafka.common.config.ConfigException',
  SerializationException: 'org.apache.kafka.common.errors.SerializationException',
  IllegalArgumentException: 'java.lang.IllegalArgumentException',
  IndexOutOfBoundsException: 'java.lang.IndexOutOfBoundsException',
  NullPointerException: 'java.lang.NullPointerException',
}
const connectNames = new Set(['ConnectException', 'DataException', 'RetriableException', 'SchemaBuilderException', 'SchemaProjectorException', 'NotFoundException', 'AlreadyExistsException', 'IllegalWorkerStateException'])

/** Of Kafka's clients, by the names of their errors; the package is `org.apache.kafka.common.errors`. */
const clientNames: Readonly<Record<string, string>> = {
  CORRUPT_MESSAGE: 'CorruptRecordException', INVALID_RECORD: 'InvalidRecordException', INVALID_TIMESTAMP: 'InvalidTimestampException', INVALID_TOPIC_EXCEPTION: 'InvalidTopicException',
  MESSAGE_TOO_LARGE: 'RecordTooLargeException', NETWORK_EXCEPTION: 'NetworkException', NOT_ENOUGH_REPLICAS: 'NotEnoughReplicasException',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'NotEnoughReplicasAfterAppendException', POLICY_VIOLATION: 'PolicyViolationException', RECORD_LIST_TOO_LARGE: 'RecordBatchTooLargeException',
  RECORD_TOO_LARGE: 'RecordTooLargeException', REQUEST_TIMED_OUT: 'TimeoutException', TOPIC_AUTHORIZATION_FAILED: 'TopicAuthorizationException',
  UNKNOWN_SERVER_ERROR: 'UnknownServerException', UNKNOWN_TOPIC_OR_PARTITION: 'UnknownTopicOrPartitionException',
}

/** The name under which Kafka's users know an exception; a plugin's own keeps its name. */
export const javaClassName = (error: Error): string => {
  if (error instanceof KafkaError) {
    const name = clientNames[error.kafkaCode]
    return name === undefined ? 'org.apache.kafka.common.KafkaException' : `org.apache.kafka.common.errors.${name}`
  }
  return javaNames[error.name] ?? (connectNames.has(error.name) ? `org.apache.kafka.connect.errors.${error.name}` : error.name)
}
