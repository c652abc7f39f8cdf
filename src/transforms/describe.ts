/** A record as Kafka prints it, for messages. */
import { javaText } from '../data/java-text.ts'
import type { RecordRow } from './types.ts'

export const describeRecord = (record: RecordRow): string => {
  const side = (name: 'key' | 'value'): string => `${name}=${javaText(record.value(name), record.schema(name))}, ${name}Schema=${String(record.schema(name))}`
  const common = `ConnectRecord{topic='${record.topic}', kafkaPartition=${record.kafkaPartition}, ${side('key')}, ${side('value')}, timestamp=${record.timestamp}, headers=${record.headers.toString()}}`
  return record.kafkaOffset === null ? `SourceRecord{} ${common}` : `SinkRecord{kafkaOffset=${record.kafkaOffset}} ${common}`
}
