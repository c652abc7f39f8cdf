/** What both connectors take, in Kafka's words, and the version they have: that of the Kafka they copy. */
import { ConfigDef } from 'isoconnect'

export const version = '4.3.1'
export const sourceConfig = new ConfigDef()
  .define('file', ConfigDef.Type.STRING, null, ConfigDef.Importance.HIGH, 'Source filename. If not specified, the standard input will be used')
  .define('topic', ConfigDef.Type.STRING, ConfigDef.NO_DEFAULT_VALUE, new ConfigDef.NonEmptyString(), ConfigDef.Importance.HIGH, 'The topic to publish data to')
  .define('batch.size', ConfigDef.Type.INT, 2000, ConfigDef.Importance.LOW, 'The maximum number of records the source task can read from the file each time it is polled')
export const sinkConfig = new ConfigDef()
  .define('file', ConfigDef.Type.STRING, null, ConfigDef.Importance.HIGH, 'Destination filename. If not specified, the standard output will be used')
