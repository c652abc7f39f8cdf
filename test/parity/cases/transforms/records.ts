/** Shorthand for cases of transformations and predicates. */
import type { Case, Config, TaggedRecord } from '../../cases.ts'
import type { TaggedSchema, TaggedValue } from '../../tagged.ts'

export const transforms = 'org.apache.kafka.connect.transforms.'
export const predicates = `${transforms}predicates.`
export type Sided = { readonly schema: TaggedSchema; readonly value: TaggedValue }

export const apply = (name: string, config: Config, record: Partial<TaggedRecord>): Case => ({ op: 'transform', class: `${transforms}${name}`, config, record: { topic: 't', ...record } })
export const ask = (name: string, config: Config, record: Partial<TaggedRecord>): Case => ({ op: 'test', class: `${predicates}${name}`, config, record: { topic: 't', ...record } })
export const configure = (name: string, config: Config): Case => ({ op: 'configure', class: `${transforms}${name}`, config })

/** The Value form on a value. */
export const onValue = (name: string, config: Config, schema: TaggedSchema, value: TaggedValue, more: Partial<TaggedRecord> = {}): Case => apply(`${name}$Value`, config, { ...more, valueSchema: schema, value })
/** The Key form on a key, beside a value that must stay. */
export const onKey = (name: string, config: Config, schema: TaggedSchema, value: TaggedValue, more: Partial<TaggedRecord> = {}): Case =>
  apply(`${name}$Key`, config, { valueSchema: null, value: 'stays', ...more, keySchema: schema, key: value })
/** Both forms. */
export const onBoth = (name: string, config: Config, schema: TaggedSchema, value: TaggedValue, more: Partial<TaggedRecord> = {}): readonly Case[] => [onKey(name, config, schema, value, more), onValue(name, config, schema, value, more)]
/** One configuration on many values. */
export const onEach = (name: string, config: Config, values: readonly (readonly [TaggedSchema, TaggedValue])[]): readonly Case[] => values.map(([schema, value]) => onValue(name, config, schema, value))
