/** An Avro schema as text, property for property in the order of Avro's Java library, so that a registry finds the same text again. */
import { DataException } from '../../data/errors.ts'
import { type Json, type JsonObject, jsonText } from './avro-json.ts'
import { mapEntryName, namespace } from './names.ts'
import { sameShape } from './same-shape.ts'
import type { AvroField, AvroType } from './schema.ts'

/** Throws a DataException where one name stands for two types. */
export const avroText = (type: AvroType): string => jsonText(typeJson(type, null, new Map()))

const typeJson = (type: AvroType, space: string | null, seen: Map<string, AvroType>): Json => {
  const props = Object.fromEntries(type.props)
  switch (type.kind) {
    case 'union':
      return type.types.map((each) => typeJson(each, space, seen))
    case 'array':
      return { type: 'array', items: typeJson(type.items, space, seen), ...props }
    case 'map':
      return { type: 'map', values: typeJson(type.values, space, seen), ...props }
    case 'record':
    case 'enum':
    case 'fixed': {
      const dot = type.fullName.lastIndexOf('.')
      const own = dot < 0 ? null : type.fullName.slice(0, dot)
      const name = type.fullName.slice(dot + 1)
      const known = seen.get(type.fullName)
      if (known !== undefined) {
        // written as what it is called the values could not be read again
        if (!sameShape(known, type)) throw new DataException(`The schema has two different types called ${type.fullName}. ${remedyFor(type.fullName)}`)
        return own === space ? name : type.fullName
      }
      seen.set(type.fullName, type)
      const head: JsonObject = { type: type.kind, name, ...(own === space ? {} : { namespace: own ?? '' }), ...docOf(type.doc) }
      if (type.kind === 'enum') return { ...head, symbols: type.symbols, ...(type.defaultSymbol === null ? {} : { default: type.defaultSymbol }), ...props, ...aliasesOf(type.aliases) }
      if (type.kind === 'fixed') return { ...head, size: type.size, ...props, ...aliasesOf(type.aliases) }
      return { ...head, fields: type.fields.map((field) => fieldJson(field, own, seen)), ...props, ...aliasesOf(type.aliases) }
    }
    default:
      return type.props.size === 0 ? type.kind : { type: type.kind, ...props }
  }
}
const remedyFor = (fullName: string): string =>
  fullName === `${namespace}.${mapEntryName}` ? 'Maps whose keys are no strings need names of their own where there is more than one' : 'Give one of them another name'
const fieldJson = ({ name, type, doc, defaultValue, aliases, props }: AvroField, space: string | null, seen: Map<string, AvroType>): Json => ({
  name, type: typeJson(type, space, seen), ...docOf(doc), ...(defaultValue === undefined ? {} : { default: defaultValue }), ...aliasesOf(aliases), ...Object.fromEntries(props),
})
const docOf = (doc: string | null): JsonObject => (doc === null ? {} : { doc })
const aliasesOf = (aliases: readonly string[] = []): JsonObject => (aliases.length === 0 ? {} : { aliases })
