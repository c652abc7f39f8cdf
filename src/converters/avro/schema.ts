/**
 * An Avro schema as a graph: named types are shared, so a type that refers to itself is a cycle. Unlike avsc's types it keeps every
 * property it does not know (`connect.name`, `logicalType`, …) in order, for that is where Connect's schema is.
 */
import { DataException } from '../../data/errors.ts'
import { isJsonObject, type Json, type JsonObject, parseJson } from './avro-json.ts'

type Common = { readonly props: Map<string, Json> }
type Named = Common & { readonly fullName: string; readonly doc: string | null; readonly aliases: readonly string[] }
export const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const
export type PrimitiveType = Common & { readonly kind: (typeof primitives)[number] }
export type AvroField = {
  readonly name: string
  readonly type: AvroType
  readonly doc: string | null
  /** undefined: none. */
  readonly defaultValue: Json | undefined
  readonly aliases?: readonly string[]
  readonly props: Map<string, Json>
}
export type RecordType = Named & { readonly kind: 'record'; readonly fields: AvroField[] }
export type EnumType = Named & { readonly kind: 'enum'; readonly symbols: readonly string[]; readonly defaultSymbol: string | null }
export type FixedType = Named & { readonly kind: 'fixed'; readonly size: number }
export type ArrayType = Common & { readonly kind: 'array'; readonly items: AvroType }
export type MapType = Common & { readonly kind: 'map'; readonly values: AvroType }
export type UnionType = Common & { readonly kind: 'union'; readonly types: readonly AvroType[] }
export type AvroType = PrimitiveType | RecordType | EnumType | FixedType | ArrayType | MapType | UnionType

export const primitive = (kind: PrimitiveType['kind']): PrimitiveType => ({ kind, props: new Map() })
export const unionOf = (types: readonly AvroType[]): UnionType => ({ kind: 'union', types, props: new Map() })
export const isNamed = (type: AvroType): type is RecordType | EnumType | FixedType => type.kind === 'record' || type.kind === 'enum' || type.kind === 'fixed'
/** `string`, `array`, … or the full name. */
export const typeName = (type: AvroType): string => (isNamed(type) ? type.fullName : type.kind)
export const textProp = (type: AvroType, name: string): string | null => {
  const found = type.props.get(name)
  return typeof found === 'string' ? found : null
}

export type NamedTypes = Map<string, AvroType>
/** `known` has the types of referenced schemas, and gets those of this one. Throws a DataException. */
export const parseAvro = (text: string, known: NamedTypes = new Map()): AvroType => {
  let json: Json
  try {
    json = parseJson(text)
  } catch (cause) {
    throw new DataException('The Avro schema is no JSON', { cause })
  }
  return parseType(json, null, known)
}

const fail = (what: string): never => {
  throw new DataException(`Not an Avro schema: ${what}`)
}
const isPrimitive = (name: string): name is PrimitiveType['kind'] => (primitives as readonly string[]).includes(name)
const qualified = (name: string, space: string | null): string => (name.includes('.') || space === null || space === '' ? name : `${space}.${name}`)

const parseType = (json: Json, space: string | null, known: NamedTypes): AvroType => {
  if (typeof json === 'string') {
    if (isPrimitive(json)) return primitive(json)
    return known.get(qualified(json, space)) ?? known.get(json) ?? fail(`the name ${json} is not defined`)
  }
  if (Array.isArray(json)) return unionOf((json as readonly Json[]).map((each) => parseType(each, space, known)))
  if (!isJsonObject(json)) return fail(`${JSON.stringify(json)} where a type is expected`)
  const type = json['type']
  if (typeof type !== 'string') return type === undefined ? fail('a type without "type"') : parseType(type, space, known)
  if (isPrimitive(type)) return { kind: type, props: propsOf(json) }
  switch (type) {
    case 'array':
      return { kind: 'array', items: parseType(json['items'] ?? fail('an array without items'), space, known), props: propsOf(json) }
    case 'map':
      return { kind: 'map', values: parseType(json['values'] ?? fail('a map without values'), space, known), props: propsOf(json) }
    case 'record':
    case 'error':
    case 'enum':
    case 'fixed':
      return parseNamed(type, json, space, known)
    default:
      return parseType(type, space, known)
  }
}

const parseNamed = (kind: 'record' | 'error' | 'enum' | 'fixed', json: JsonObject, space: string | null, known: NamedTypes): AvroType => {
  const name = json['name']
  if (typeof name !== 'string' || name === '') return fail(`a ${kind} without a name`)
  const fullName = qualified(name, typeof json['namespace'] === 'string' ? json['namespace'] : space)
  const inner = fullName.includes('.') ? fullName.slice(0, fullName.lastIndexOf('.')) : null
  const common = { fullName, doc: textOrNull(json['doc']), aliases: textsOf(json['aliases']), props: propsOf(json, kind === 'enum' ? ['default'] : []) }
  if (kind === 'enum') return define(known, { ...common, kind, symbols: textsOf(json['symbols']), defaultSymbol: textOrNull(json['default']) })
  if (kind === 'fixed') return define(known, { ...common, kind, size: Number.isInteger(json['size']) && Number(json['size']) >= 0 ? Number(json['size']) : fail(`${fullName} without a size, or with one below 0`) })
  const fields: AvroField[] = []
  const record = define(known, { ...common, kind: 'record', fields })
  const given = json['fields']
  if (!Array.isArray(given)) return fail(`the record ${fullName} without fields`)
  for (const field of given as readonly Json[]) {
    if (!isJsonObject(field) || typeof field['name'] !== 'string' || field['type'] === undefined) return fail(`a field of ${fullName} without a name or a type`)
    const props = new Map(Object.entries(field).filter(([key]) => !fieldKeys.has(key)))
    fields.push({ name: field['name'], type: parseType(field['type'], inner, known), doc: textOrNull(field['doc']), defaultValue: field['default'], aliases: textsOf(field['aliases']), props })
  }
  return record
}
const define = <T extends RecordType | EnumType | FixedType>(known: NamedTypes, type: T): T => {
  known.set(type.fullName, type)
  return type
}

const typeKeys = new Set(['type', 'name', 'namespace', 'doc', 'fields', 'items', 'values', 'symbols', 'size', 'aliases'])
const fieldKeys = new Set(['name', 'type', 'doc', 'default', 'order', 'aliases'])
const propsOf = (json: JsonObject, more: readonly string[] = []): Map<string, Json> => new Map(Object.entries(json).filter(([key]) => !typeKeys.has(key) && !more.includes(key)))
const textOrNull = (json: Json | undefined): string | null => (typeof json === 'string' ? json : null)
const textsOf = (json: Json | undefined): readonly string[] => (Array.isArray(json) ? (json as readonly Json[]).filter((item) => typeof item === 'string') : [])
