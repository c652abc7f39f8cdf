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
export type ValidatorSpec =
  | readonly ['atLeast', string] | readonly ['between', string, string] | readonly ['in' | 'inIgnoringCase', readonly string[]] | readonly ['anyList', isEmptyAllowed: boolean, isNullAllowed: boolean]
  | readonly ['listIn', isEmptyAllowed: boolean, readonly string[]] | readonly ['nonNull' | 'nonEmpty' | 'noControl'] | readonly ['listSize', number] | readonly ['all', readonly ValidatorSpec[]] | readonly ['refusing', text: string]
/** A key of a ConfigDef; required without `default`. */
export type KeySpec = {
  readonly name: string
  readonly type: 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'
  readonly default?: string | null
  readonly validator?: ValidatorSpec
  readonly importance?: 'HIGH' | 'MEDIUM' | 'LOW'
  readonly group?: string | null
  readonly order?: number
  readonly width?: 'NONE' | 'SHORT' | 'MEDIUM' | 'LONG'
  readonly display?: string
  readonly dependents?: readonly string[]
  /** Visible unless another key's parsed value is not this text. */
  readonly recommender?: { readonly values?: readonly string[]; readonly when?: readonly [key: string, text: string]; readonly fails?: boolean }
  readonly internal?: boolean
}
/** A call: the method, and its arguments (names, tagged values, tagged schemas). */
export type Step = readonly [method: string, ...args: readonly unknown[]]
type Defined = { readonly keys: readonly KeySpec[]; readonly embedded?: { readonly prefix: string; readonly group: string; readonly order: number; readonly keys: readonly KeySpec[] } }
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
  | { readonly op: 'headers'; readonly steps: readonly Step[] }
  | { readonly op: 'struct'; readonly schema: TaggedSchema; readonly steps: readonly Step[] }
  | { readonly op: 'build'; readonly type: string; readonly key?: TaggedSchema; readonly element?: TaggedSchema; readonly steps: readonly Step[] }
  | { readonly op: 'logical'; readonly as: 'Decimal' | 'Date' | 'Time' | 'Timestamp'; readonly from: boolean; readonly schema: TaggedSchema; readonly value: TaggedValue }
  | { readonly op: 'clientDef'; readonly client: 'producer' | 'consumer' | 'admin' }
  | ({ readonly op: 'define' } & Defined)
  | ({ readonly op: 'defineAndValidate' | 'defineAndParse'; readonly config: Readonly<Record<string, string | null>> } & Defined)

/** One of them: bytes, a value with or without its schema, a record, keys or values of a configuration, or the chain of causes. */
export type Answer = { readonly error?: readonly { readonly class: string; readonly message: string | null }[]; readonly [result: string]: unknown }
