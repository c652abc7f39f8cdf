/** Plugins of every kind as a TypeScript author writes them: that this file is typed without a cast is the test; it runs as well. */
import { expect, test } from 'vitest'
import {
  AbstractConfig, ConfigDef, ConfigProvider, Converter, DataException, Decimal, HeaderConverter, Predicate, Schema, SchemaAndValue, SchemaBuilder, SinkConnector, SinkRecord, SinkTask, SourceConnector,
  SourceTask, Struct, Timestamp, Transformation,
} from '../../sandbox/sdk/index.ts'
import type { ConfigData, ConnectRecord, Props, SourceRecord, TopicPartitionOffset } from '../../sandbox/sdk/index.ts'

const schema = SchemaBuilder.struct().field('id', Schema.INT64_SCHEMA).field('price', Decimal.builder(2).optional()).field('at', Timestamp.builder().optional()).build()

class Source extends SourceConnector {
  static override config = new ConfigDef().define('topic', ConfigDef.Type.STRING, ConfigDef.Importance.HIGH, 'Topic')
  props: Props = {}
  override start(props: Props) { this.props = props }
  override taskClass() { return Task }
  override taskConfigs(_maxTasks: number) { return [this.props] }
}
class Task extends SourceTask {
  topic: string | null = null
  override start(props: Props) { this.topic = new AbstractConfig(Source.config, props).getString('topic') }
  override poll(): SourceRecord[] {
    return [{ topic: this.topic ?? '', value: new Struct(schema).put('id', 5n), valueSchema: schema, headers: { a: 1 }, sourcePartition: {}, sourceOffset: null }]
  }
}
class Sink extends SinkConnector {
  override start() {}
  override taskClass() { return Taker }
  override taskConfigs() { return [{}] }
}
class Taker extends SinkTask {
  ids: (number | bigint | null)[] = []
  override start() {}
  override async put(records: readonly SinkRecord[]) {
    for (const record of records) {
      if (record.value instanceof Struct) this.ids.push(record.value.getInt64('id'))
      else await this.context.errantRecordReporter()?.report(record, new DataException('no struct'))
    }
  }
  override preCommit(offsets: readonly TopicPartitionOffset[]) { return Promise.resolve(offsets) }
}
class Renamed extends Transformation {
  override apply(record: ConnectRecord): ConnectRecord | null {
    return record.value === null ? null : record.newRecord(`x-${record.topic}`, null, record.keySchema, record.key, record.valueSchema, record.value, record.timestamp)
  }
}
class Shown extends Transformation {
  override apply(record: ConnectRecord) { return { valueSchema: Schema.STRING_SCHEMA, value: String(record.value), headers: { shown: true }, timestamp: new Date(5) } }
}
class Tagged extends Predicate {
  override test(record: ConnectRecord) { return record.headers.lastWithName('tag') !== null }
}
class Text extends Converter {
  override fromConnectData(_topic: string, _schema: Schema | null, value: unknown) { return Buffer.from(String(value)) }
  override toConnectData(_topic: string, bytes: Uint8Array | null) { return bytes === null ? SchemaAndValue.NULL : { schema: null, value: Buffer.from(bytes).toString() } }
}
class NoHeaders extends HeaderConverter {
  override fromConnectHeader() { return null }
  override toConnectHeader() { return SchemaAndValue.NULL }
}
class Fixed extends ConfigProvider {
  override get(_path: string, keys: readonly string[] = []): ConfigData { return { data: Object.fromEntries(keys.map((key) => [key, key])), ttl: 5 } }
}

test('the plugins do what their types say', async () => {
  const [source, task, taker] = [new Source(), new (new Source().taskClass())(), new (new Sink().taskClass())()]
  source.start({ topic: 't' })
  task.start({ topic: 't' })
  expect([source.taskConfigs(1), task.poll()[0]?.topic]).toEqual([[{ topic: 't' }], 't'])
  const value = task.poll()[0]?.value
  await taker.put([])
  const record = new SinkRecord('t', 0, null, null, schema, value, 1)
  expect([new Renamed().apply(record)?.topic, new Shown().apply(record).value, new Tagged().test(record)]).toEqual(['x-t', 'Struct{id=5}', false])
  expect([new Text().toConnectData('t', Buffer.from('a')).value, new NoHeaders().toConnectHeader().schema, new Fixed().get('', ['k']).data]).toEqual(['a', null, { k: 'k' }])
})
