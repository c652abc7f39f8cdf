/**
 * Schemas into their flat form (schema-form.ts). Each distinct schema is put into it once and has a number from then on, so that a batch
 * with the schemas of an earlier one costs a look-up. Equal schemas have the same number, unless they are recursive.
 */
import { DataException } from '../data/errors.ts'
import type { Schema } from '../data/schema.ts'
import { type DefaultForm, maxDefaultNesting, maxSchemaDepth, maxSchemasChars, maxSchemaSize, type SchemaEntry, type SchemasForm } from './schema-form.ts'
import { ValuesWriter } from './values.ts'

/** An entry whose children are numbers of schemas. */
type Numbered = { readonly entry: SchemaEntry; readonly depth: number; readonly size: number }

const maxKept = 20_000
const maxKeptChars = 8 * 1024 * 1024
let ids = new WeakMap<Schema, number>()
const numbered = new Map<number, Numbered>()
const byText = new Map<string, number>()
const texts = new Map<string, string>()
let keptChars = 0
let nextId = 0

/** Whoever asks next gets new numbers. */
const forgetSome = (): void => {
  if (numbered.size <= maxKept && texts.size <= maxKept && keptChars <= maxKeptChars) return
  ids = new WeakMap()
  for (const kept of [numbered, byText, texts]) kept.clear()
  keptChars = 0
}

/** The number of a schema that has one. */
export const knownSchemaId = (schema: Schema): number | undefined => ids.get(schema)
/** Throws DataException for a schema that cannot cross. */
export const schemaId = (schema: Schema): number => {
  const known = ids.get(schema)
  if (known !== undefined) return known
  forgetSome()
  return numberOf(schema, 0, 0)
}

/** The table of these schemas as text; the same schemas give the same text. Throws DataException. */
export const schemasText = (roots: readonly Schema[]): string => {
  if (roots.length === 0) return ''
  forgetSome()
  const key = roots.map((root) => numberOf(root, 0, 0)).join()
  let text = texts.get(key)
  if (text === undefined) {
    text = JSON.stringify(formOf(roots, 0))
    if (text.length > maxSchemasChars) throw new DataException(`The schemas of one batch take ${text.length} characters; at most ${maxSchemasChars} can cross at once`)
    texts.set(key, text)
    keptChars += text.length
  }
  return text
}

const numberOf = (schema: Schema, depth: number, defaults: number): number => {
  const known = ids.get(schema)
  if (known !== undefined) return known
  if (depth >= maxSchemaDepth) throw tooDeep()
  // before the children are looked at: a cycle ends here
  const id = nextId++
  ids.set(schema, id)
  try {
    const entry = entryOf(schema, depth, defaults)
    const text = JSON.stringify(entry)
    const equal = byText.get(text)
    if (equal !== undefined) {
      ids.set(schema, equal)
      return equal
    }
    const inner = childrenOf(entry).map((child) => numbered.get(child))
    const made = { entry, depth: 1 + Math.max(0, ...inner.map((child) => child?.depth ?? 0)), size: inner.reduce((sum, child) => sum + (child?.size ?? 1), 1) }
    if (made.depth > maxSchemaDepth) throw tooDeep()
    if (made.size > maxSchemaSize) throw new DataException(`A schema holds more than ${maxSchemaSize} schemas`)
    numbered.set(id, made)
    byText.set(text, id)
    keptChars += text.length
    return id
  } catch (error) {
    ids.delete(schema)
    throw error
  }
}
const tooDeep = (): DataException => new DataException(`A schema is nested more than ${maxSchemaDepth} deep`)

const entryOf = (schema: Schema, depth: number, defaults: number): SchemaEntry => {
  const { type, name, version, doc, parameters, defaultValue } = schema
  const numberInside = (inner: Schema): number => numberOf(inner, depth + 1, defaults)
  const [keys, values] = [type === 'MAP' ? schema.keySchema : null, type === 'MAP' || type === 'ARRAY' ? schema.valueSchema : null]
  return {
    type,
    ...(schema.isOptional ? { optional: true } : {}),
    ...(name === null ? {} : { name }),
    ...(version === null ? {} : { version }),
    ...(doc === null ? {} : { doc }),
    ...(parameters === null ? {} : { parameters: [...parameters] }),
    ...(defaultValue === undefined ? {} : { default: defaultForm(defaultValue, defaults) }),
    ...(type === 'STRUCT' ? { fields: schema.fields.map((field) => [field.name, numberInside(field.schema)] as const) } : {}),
    ...(keys === null ? {} : { keys: numberInside(keys) }),
    ...(values === null ? {} : { values: numberInside(values) }),
  }
}
const childrenOf = ({ fields, keys, values }: SchemaEntry): readonly number[] => [...(fields?.map(([, child]) => child) ?? []), ...(keys === undefined ? [] : [keys]), ...(values === undefined ? [] : [values])]

/** Entries in the order in which they are met from the roots on, so that the same schemas give the same table. */
const formOf = (roots: readonly Schema[], defaults: number): SchemasForm => {
  const order: number[] = []
  const places = new Map<number, number>()
  const place = (id: number): number => {
    let at = places.get(id)
    if (at === undefined) places.set(id, (at = order.push(id) - 1))
    return at
  }
  const rootPlaces = roots.map((root) => place(numberOf(root, 0, defaults)))
  const entries: SchemaEntry[] = []
  for (let at = 0; at < order.length; at++) {
    const entry = numbered.get(order[at] as number)?.entry
    // under way, or given up
    if (entry === undefined) throw new DataException('A schema is a part of its own default, or of a schema that is too deep or too large')
    entries.push({
      ...entry,
      ...(entry.fields === undefined ? {} : { fields: entry.fields.map(([name, child]) => [name, place(child)] as const) }),
      ...(entry.keys === undefined ? {} : { keys: place(entry.keys) }),
      ...(entry.values === undefined ? {} : { values: place(entry.values) }),
    })
  }
  return { roots: rootPlaces, entries }
}

/** Self-contained: the schemas of its structs come along. */
const defaultForm = (value: unknown, defaults: number): DefaultForm => {
  if (defaults >= maxDefaultNesting) throw new DataException(`A schema has defaults in the schemas of its defaults, more than ${maxDefaultNesting} deep`)
  const roots: Schema[] = []
  const writer = new ValuesWriter({ indexOf: (schema) => (roots.includes(schema) ? roots.indexOf(schema) : roots.push(schema) - 1) })
  writer.write(value)
  const { data, strings: texts, names } = writer.finish()
  const strings: string[] = []
  if (texts.kind === 'text') for (let row = 0, at = 0; row < texts.lengths.length; row++) strings.push(texts.text.substring(at, (at += texts.lengths[row] as number)))
  return { data: data.toBase64(), strings, names, schemas: formOf(roots, defaults + 1) }
}
