/** TimestampRouter: a topic name of the old one and the record's timestamp. */
import { ConfigDef } from '../data/config-def.ts'
import { DataException } from '../data/errors.ts'
import { plugin, textOf } from './plugin.ts'
import { SimpleDateFormat } from './simple-date-format.ts'

const config = new ConfigDef()
  .define('topic.format', 'STRING', '${topic}-${timestamp}', 'HIGH', 'The new name; <code>${topic}</code> and <code>${timestamp}</code> stand for the topic and the formatted timestamp.')
  .define('timestamp.format', 'STRING', 'yyyyMMdd', 'HIGH', 'Format of the timestamp, as in <code>java.text.SimpleDateFormat</code>, in UTC.')

export const timestampRouter = plugin('TimestampRouter', config, (values) => {
  const topicFormat = textOf(values, 'topic.format')
  // a wrong pattern fails the first record, as in Kafka
  let format: SimpleDateFormat | null = null
  return {
    apply: (record) => {
      const { timestamp } = record
      if (timestamp === null) throw new DataException(`Timestamp missing on record: ${record.toString()}`)
      format ??= new SimpleDateFormat(textOf(values, 'timestamp.format'))
      const formatted = format.format(timestamp)
      record.topic = topicFormat.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => formatted)
      return true
    },
  }
})
