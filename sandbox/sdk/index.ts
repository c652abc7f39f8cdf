/** What a connector author imports as `isoconnect`. Names are Kafka Connect's own, so that a Java connector ports line by line. */
export { Connector, SinkConnector, SourceConnector } from './connectors.ts'
export type { ExactlyOnceSupport, MaybePromise, TaskClass } from './connectors.ts'
export { SinkTask, SourceTask } from './tasks.ts'
export type {
  ConnectorContext, ErrantRecordReporter, OffsetMap, OffsetStorageReader, Props, SinkConnectorContext, SinkTaskContext,
  SourceConnectorContext, SourceTaskContext, TopicPartition, TopicPartitionOffset,
} from './contexts.ts'
export type { Header, HeadersLike, RecordMetadata, SinkRecord, TimestampType } from './records.ts'
export { SourceRecord } from './source-record.ts'
export { ConfigProvider, Converter, HeaderConverter, Predicate, Transformation } from './plugins.ts'
export type { ConfigData } from './plugins.ts'
export { SchemaAndValue } from './schema-and-value.ts'
export { RecordHeaders } from './record-headers.ts'
export type { RecordHeader } from './record-headers.ts'
export { sleep } from './sleep.ts'
export { stdio } from './stdio.ts'

export { AbstractConfig } from './abstract-config.ts'
export { ConfigDef, ConfigValue } from '../../src/data/config-def.ts'
export type { ConfigKeyOptions, Recommender, Validator } from '../../src/data/config-def.ts'
export { ConfigException, ConnectException, DataException, RetriableException, SchemaBuilderException, SchemaProjectorException } from '../../src/data/errors.ts'
export { schemas, SchemaBuilder } from '../../src/data/schema-builder.ts'
export { Date, Decimal, Schema, Time, Timestamp, Values } from './data.ts'
export { Type } from '../../src/data/schema.ts'
export type { Field } from '../../src/data/schema.ts'
export { Struct } from '../../src/data/struct.ts'
export { SchemaProjector } from '../../src/data/schema-projector.ts'
export { ConnectHeader, ConnectHeaders } from '../../src/data/headers.ts'
