/** What transformations ask of a value, with Kafka's words when it is something else; and schemaless maps, objects or Map alike. */
import { DataException } from '../data/errors.ts'
import { javaClassOf } from '../data/java-text.ts'
import type { Schema } from '../data/schema.ts'
import { isPlainObject, Struct } from '../data/struct.ts'

export type SchemalessMap = ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>>
const isMap = (value: unknown): value is SchemalessMap => value instanceof Map || isPlainObject(value)
const className = (value: unknown, schema: Schema | null = null): string => (value === null ? 'null' : javaClassOf(value, schema))

export const requireMap = (value: unknown, purpose: string): SchemalessMap => {
  if (!isMap(value)) throw new DataException(`Only Map objects supported in absence of schema for [${purpose}], found: ${className(value)}`)
  return value
}
/** `schema` is what the value has, to name its class by. */
export const requireStruct = (value: unknown, purpose: string, schema: Schema | null): Struct => {
  if (!(value instanceof Struct)) throw new DataException(`Only Struct objects supported for [${purpose}], found: ${className(value, schema)}`)
  return value
}
export const requireMapOrNull = (value: unknown, purpose: string): SchemalessMap | null => (value === null ? null : requireMap(value, purpose))
export const requireStructOrNull = (value: unknown, purpose: string, schema: Schema | null): Struct | null => (value === null ? null : requireStruct(value, purpose, schema))

/** Null for what is not there, as in Java. */
export const entryOf = (map: SchemalessMap, key: string): unknown => {
  if (map instanceof Map) return (map as ReadonlyMap<unknown, unknown>).get(key) ?? null
  return Object.hasOwn(map, key) ? ((map as Readonly<Record<string, unknown>>)[key] ?? null) : null
}
export const entriesOf = (map: SchemalessMap): readonly (readonly [string, unknown])[] =>
  (map instanceof Map ? [...(map as ReadonlyMap<unknown, unknown>)] : Object.entries(map)) as readonly (readonly [string, unknown])[]
/** A map of the kind that `like` is. */
export const mapOf = (entries: Iterable<readonly [string, unknown]>, like: SchemalessMap): SchemalessMap => (like instanceof Map ? new Map(entries) : Object.fromEntries(entries))
/** A copy with some entries set. */
export const withEntries = (map: SchemalessMap, entries: readonly (readonly [string, unknown])[]): SchemalessMap => {
  if (map instanceof Map) return new Map([...(map as ReadonlyMap<unknown, unknown>), ...entries])
  return { ...(map as Readonly<Record<string, unknown>>), ...Object.fromEntries(entries) }
}
