/** The classes a connector author extends. Names and life cycle are Kafka Connect's; every method may return a promise. */
import { ConfigDef } from '../../src/data/config-def.ts'
import type { ConfigValue } from '../../src/data/config-key.ts'
import type { ConfigValueJson } from '../../src/wire/guest-api.ts'
import type { ConnectorContext, OffsetMap, Props, SinkConnectorContext, SourceConnectorContext, TopicPartition } from './contexts.ts'
import type { SinkTask, SourceTask } from './tasks.ts'

export type MaybePromise<T> = T | Promise<T>
/** A task class, or the name of the export that holds it. */
export type TaskClass<T> = (new () => T) | string

export abstract class Connector<C extends ConnectorContext = ConnectorContext> {
  /** The configuration it takes; `config()` returns it unless overridden. None given: any keys, none of them described. */
  static config?: ConfigDef
  /** Set before `start`. */
  declare context: C

  initialize(context: C): void {
    this.context = context
  }
  /** The plugin's own version; by default that of its package.json. */
  version(): MaybePromise<string | null> {
    return null
  }
  config(): MaybePromise<ConfigDef> {
    return (this.constructor as { readonly config?: ConfigDef }).config ?? new ConfigDef()
  }
  /** Checks that need more than one key or the outside world; by default what the ConfigDef says. */
  async validate(props: Props): Promise<readonly (ConfigValue | ConfigValueJson)[]> {
    return (await this.config()).validateToJson(props)
  }
  abstract start(props: Props): MaybePromise<void>
  /** Tasks may be restarted by a new configuration without the connector being told. */
  reconfigure(props: Props): MaybePromise<void> {
    return Promise.resolve(this.stop()).then(() => this.start(props))
  }
  stop(): MaybePromise<void> {}
  /** One configuration a task, at most `maxTasks`. */
  abstract taskConfigs(maxTasks: number): MaybePromise<readonly Props[]>
}

export type ExactlyOnceSupport = 'SUPPORTED' | 'UNSUPPORTED'

export abstract class SourceConnector extends Connector<SourceConnectorContext> {
  abstract taskClass(): MaybePromise<TaskClass<SourceTask>>
  exactlyOnceSupport(_props: Props): MaybePromise<ExactlyOnceSupport | null> {
    return null
  }
  canDefineTransactionBoundaries(_props: Props): MaybePromise<ExactlyOnceSupport> {
    return 'UNSUPPORTED'
  }
  /** A user changes (or with null resets) stored offsets: check them, throw what is wrong. True = they are handled. */
  alterOffsets(_props: Props, _offsets: ReadonlyMap<OffsetMap, OffsetMap | null>): MaybePromise<boolean> {
    return false
  }
}

export abstract class SinkConnector extends Connector<SinkConnectorContext> {
  abstract taskClass(): MaybePromise<TaskClass<SinkTask>>
  alterOffsets(_props: Props, _offsets: ReadonlyMap<TopicPartition, number | null>): MaybePromise<boolean> {
    return false
  }
}
