/** What a case asks and what an answer looks like, for both sides. */
import type { TaggedSchema, TaggedValue } from './tagged.ts'

export type Config = Readonly<Record<string, string>>
/** How a converter is used; `value` when absent. */
type As = 'key' | 'value' | 'header'
export type TaggedRecord = {
  readonly topic: string
  readonly partition?: number | null
  readonly timestamp?: number | null
  /** Only records of sinks have one, and always a partition. */
  readonly offset?: number
  readonly keySchema?: TaggedSchema
  readonly key?: TaggedValue
  readonly valueSchema?: TaggedSchema
  readonly value?: TaggedValue
  readonly headers?: readonly (readonly [string, TaggedSchema, TaggedValue])[]
}
export type Conversion = 'Boolean' | 'Byte' | 'Short' | 'Integer' | 'Long' | 'Float' | 'Double' | 'String' | 'List' | 'Map' | 'Struct' | 'Date' | 'Time' | 'Timestamp' | 'Decimal'
export type Case =
  | { readonly op: 'fromConnect'; readonly class: string; readonly config?: Config; readonly as?: As; readonly schema: TaggedSchema; readonly value: TaggedValue }
  | { readonly op: 'toConnect'; readonly class: string; readonly config?: Config; readonly as?: As; readonly bytes: string | null }
  | { readonly op: 'configure'; readonly class: string; readonly config?: Config; readonly as?: As }
  | { readonly op: 'parseString'; readonly text: string }
  | { readonly op: 'convert'; readonly to: Conversion; readonly schema: TaggedSchema; readonly value: TaggedValue; readonly scale?: number }
  | { readonly op: 'inferSchema'; readonly value: TaggedValue }
  | { readonly op: 'project'; readonly source: TaggedSchema; readonly value: TaggedValue; readonly target: TaggedSchema }
  | { readonly op: 'transform' | 'test'; readonly class: string; readonly config?: Config; readonly record: TaggedRecord }
  | { readonly op: 'configDef'; readonly class: string }
  | { readonly op: 'validate'; readonly class: string; readonly config: Config }

/** One of them: bytes, a value with or without its schema, a record, keys or values of a configuration, or the chain of causes. */
export type Answer = { readonly error?: readonly { readonly class: string; readonly message: string | null }[]; readonly [result: string]: unknown }
