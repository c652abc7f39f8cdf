/** What a bundle may hold beside connectors. Names are Kafka Connect's; every method may return a promise. */
import { ConfigDef } from '../../src/data/config-def.ts'
import type { ConnectRecord, ConnectRecordFields } from '../../src/data/record.ts'
import type { Schema } from '../../src/data/schema.ts'
import type { MaybePromise } from './connectors.ts'
import type { Props } from './contexts.ts'
import type { RecordHeaders } from './record-headers.ts'
import type { HeadersLike } from './records.ts'
import type { SchemaAndValue } from './schema-and-value.ts'

abstract class Plugin {
  /** The configuration it takes; `config()` returns it unless overridden. */
  static config?: ConfigDef

  /** The plugin's own version; by default that of its package.json. */
  version(): MaybePromise<string | null> {
    return null
  }
  config(): MaybePromise<ConfigDef> {
    return (this.constructor as { readonly config?: ConfigDef }).config ?? new ConfigDef()
  }
  configure(_props: Props): MaybePromise<void> {}
  close(): MaybePromise<void> {}
}

/** What is different about a record; headers and timestamp in each shape that a source may give them. */
export type RecordChange = Partial<Omit<ConnectRecordFields, 'headers' | 'timestamp'>> & { readonly headers?: HeadersLike | null; readonly timestamp?: number | Date | null }

export abstract class Transformation extends Plugin {
  /** The record as it goes on: this one, `record.newRecord(…)` or an object of what is different (`{ ...record, value }`); null drops it. */
  abstract apply(record: ConnectRecord): MaybePromise<ConnectRecord | RecordChange | null>
}

export abstract class Predicate extends Plugin {
  abstract test(record: ConnectRecord): MaybePromise<boolean>
}

export abstract class Converter extends Plugin {
  /** `isKey` says which side of a record it is for. */
  override configure(_props: Props, _isKey?: boolean): MaybePromise<void> {}
  /**
   * A value as bytes for Kafka; null for none: `(topic, schema, value)`. A method that declares four parameters gets the record's headers,
   * too, `(topic, headers, schema, value)`: what it adds to them goes to Kafka with the record.
   */
  abstract fromConnectData(topic: string, ...rest: readonly [schema: Schema | null, value: unknown] | readonly [headers: RecordHeaders, schema: Schema | null, value: unknown]): MaybePromise<Uint8Array | null>
  /** `(topic, value)`, or with three parameters `(topic, headers, value)`. */
  abstract toConnectData(topic: string, ...rest: readonly [value: Uint8Array | null] | readonly [headers: RecordHeaders, value: Uint8Array | null]): MaybePromise<SchemaAndValue>
}

export abstract class HeaderConverter extends Plugin {
  abstract fromConnectHeader(topic: string, headerKey: string, schema: Schema | null, value: unknown): MaybePromise<Uint8Array | null>
  abstract toConnectHeader(topic: string, headerKey: string, value: Uint8Array | null): MaybePromise<SchemaAndValue>
}

/** Values, and for how long they are good in milliseconds; without `ttl` they do not expire. */
export type ConfigData = { readonly data: Readonly<Record<string, string>>; readonly ttl?: number | null }

export abstract class ConfigProvider extends Plugin {
  /** Values under a path; with `keys` only those. */
  abstract get(path: string, keys?: readonly string[]): MaybePromise<ConfigData>
}
