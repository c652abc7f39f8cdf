/**
 * Schemas from their flat form (schema-form.ts). The text may come from a cell: every field, index and size is checked, and a lie is
 * a ValuesError. A table seen before is found by its text, and an equal schema of another table is the same object again, so that what
 * is kept by schema (JSON heads, plans) is found batch after batch.
 */
import { DataException } from '../data/errors.ts'
import { parseJson } from '../data/json.ts'
import { fieldOf, type LateSchema, Schema } from '../data/schema.ts'
import { Type, type SchemaTypeName } from '../data/schema-type.ts'
import { maxDefaultNesting, maxSchemaDepth, maxSchemasChars, maxSchemaSize } from './schema-form.ts'
import { schemaId, schemasText } from './schema-writer.ts'
import { ValuesReader } from './values-reader.ts'
import { ValuesError } from './values.ts'

/** A cycle entered elsewhere than where it was written may look deeper and larger. */
const [maxDepth, maxSize] = [2 * maxSchemaDepth, 2 * maxSchemaSize]
const maxKnown = 1000
const maxShared = 20_000
/** Of a recursive schema, each of which is found by its text. */
const maxParts = 100
const maxKnownChars = 8 * 1024 * 1024
const known = new Map<string, readonly Schema[]>()
/** By the number of `schema-writer.ts`, and recursive ones, which have no number in common, by their text. */
const byId = new Map<number, Schema>()
const recursive = new Map<string, Schema>()
let knownChars = 0

/** The schemas that the text names, in order. Throws ValuesError. */
export const knownSchemas = (text: unknown): readonly Schema[] => {
  if (text === '') return none
  if (typeof text !== 'string') return bad('table')
  const found = known.get(text)
  if (found !== undefined) return found
  if (text.length > maxSchemasChars) throw new ValuesError(`schemas of ${text.length} characters; at most ${maxSchemasChars} can cross at once`)
  const schemas = read(text)
  if (known.size >= maxKnown || byId.size >= maxShared || knownChars > maxKnownChars) {
    for (const kept of [known, byId, recursive]) kept.clear()
    knownChars = 0
  }
  known.set(text, schemas)
  knownChars += text.length
  return schemas
}
const read = (text: string): readonly Schema[] => {
  try {
    return new Tables(parsed(text), 0).roots().map(shared)
  } catch (error) {
    // what could not cross the other way either
    throw error instanceof DataException ? new ValuesError(error.message) : error
  }
}
const none: readonly Schema[] = []
/** The first of those equal to it. */
const first = (schema: Schema): Schema => {
  const id = schemaId(schema)
  const earlier = byId.get(id)
  if (earlier === undefined) byId.set(id, schema)
  return earlier ?? schema
}
const bad = (what: string): never => {
  throw new ValuesError(`a schema with a bad ${what}`)
}
const parsed = (text: string): unknown => {
  try {
    return parseJson(text)
  } catch {
    return bad('table')
  }
}
/** Those that are not recursive have been shared as they were made. */
const shared = (schema: Schema): Schema => {
  if (!schema.isRecursive) return schema
  const earlier = recursive.get(schemasText([schema]))
  if (earlier !== undefined) return earlier
  // with what it is made of: structs inside its values have those schemas
  const parts = new Set([schema])
  for (const part of parts) {
    const text = schemasText([part])
    recursive.set(text, part)
    knownChars += text.length
    if (knownChars > maxKnownChars) break
    for (const inner of part.children) if (inner.isRecursive && parts.size < maxParts) parts.add(inner)
  }
  return schema
}

type Fields = Readonly<Record<string, unknown>>
const fieldsOf = (value: unknown, what: string): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : bad(what))
const listOf = (value: unknown, what: string): readonly unknown[] => (Array.isArray(value) ? value : bad(what))
const optionalText = (value: unknown, what: string): string | null => (value === undefined ? null : typeof value === 'string' ? value : bad(what))
const isText = (value: unknown): value is string => typeof value === 'string'

/** What is on the way down from a root: where the chain of schemas began to be inside so many structs. */
type Open = { readonly structs: number; isNeeded: boolean }
type Made = { readonly schema: Schema; readonly depth: number; readonly size: number; readonly isClosed: boolean }

/** The schemas of one table, each made once, its children first; one that is still being made when it is met again is its own, given late. */
class Tables {
  readonly #roots: readonly unknown[]
  readonly #entries: readonly unknown[]
  readonly #made = new Map<number, Made>()
  readonly #open = new Map<number, Open>()
  readonly #defaults: number

  constructor(form: unknown, defaults: number) {
    const { roots, entries } = fieldsOf(form, 'table')
    this.#roots = listOf(roots, 'table')
    this.#entries = listOf(entries, 'table')
    this.#defaults = defaults
  }
  roots(): readonly Schema[] {
    return this.#roots.map((root) => this.#make(root, 0, 0).schema)
  }

  #make(at: unknown, depth: number, structs: number): Made {
    if (typeof at !== 'number' || !Number.isInteger(at) || at < 0 || at >= this.#entries.length) return bad('index')
    const known = this.#made.get(at)
    if (known !== undefined) return known
    if (depth >= maxDepth) throw new ValuesError(`a schema is nested more than ${maxDepth} deep`)
    const entry = fieldsOf(this.#entries[at], 'entry')
    const type = typeof entry['type'] === 'string' && Object.hasOwn(Type, entry['type']) ? (entry['type'] as SchemaTypeName) : bad('type')
    const open = { structs, isNeeded: false }
    this.#open.set(at, open)
    const inside = new Inside()
    const child = (index: unknown): Schema | LateSchema => this.#child(index, depth + 1, structs + (type === 'STRUCT' ? 1 : 0), inside)
    const fields = type === 'STRUCT' ? listOf(entry['fields'], 'field list').map((field, index) => {
      const [name, inner] = listOf(field, 'field')
      return isText(name) ? fieldOf(name, index, child(inner)) : bad('field name')
    }) : null
    const hasValues = type === 'MAP' || type === 'ARRAY'
    const schema = new Schema({
      type, fields,
      optional: entry['optional'] === true,
      name: optionalText(entry['name'], 'name'),
      version: entry['version'] === undefined ? null : Number.isInteger(entry['version']) ? (entry['version'] as number) : bad('version'),
      doc: optionalText(entry['doc'], 'doc'),
      parameters: entry['parameters'] === undefined ? null : parametersOf(entry['parameters']),
      defaultValue: entry['default'] === undefined ? undefined : defaultOf(entry['default'], this.#defaults),
      keySchema: type === 'MAP' && entry['keys'] !== undefined ? child(entry['keys']) : null,
      valueSchema: hasValues && entry['values'] !== undefined ? child(entry['values']) : null,
    })
    this.#open.delete(at)
    if (inside.size > maxSize) throw new ValuesError(`a schema holds more than ${maxSize} schemas`)
    const isClosed = inside.isClosed && !open.isNeeded
    const made = { schema: isClosed ? first(schema) : schema, depth: inside.depth + 1, size: inside.size + 1, isClosed }
    if (depth + made.depth > maxDepth) throw new ValuesError(`a schema is nested more than ${maxDepth} deep`)
    this.#made.set(at, made)
    return made
  }

  #child(index: unknown, depth: number, structs: number, inside: Inside): Schema | LateSchema {
    const open = this.#open.get(index as number)
    if (open === undefined) {
      const made = this.#make(index, depth, structs)
      inside.add(made)
      return made.schema
    }
    // values of lists and maps that hold nothing but themselves would have no end
    if (open.structs === structs) throw new ValuesError('a schema contains itself without a struct in between')
    open.isNeeded = true
    inside.isClosed = false
    inside.size++
    return () => this.#made.get(index as number)?.schema ?? bad('index')
  }
}
class Inside {
  depth = 0
  size = 0
  /** Nothing in it is given late. */
  isClosed = true
  add(child: Made): void {
    this.depth = Math.max(this.depth, child.depth)
    this.size += child.size
    this.isClosed &&= child.isClosed
  }
}

const parametersOf = (value: unknown): ReadonlyMap<string, string> =>
  new Map(listOf(value, 'parameter').map((pair): readonly [string, string] => {
    const [key, text] = listOf(pair, 'parameter')
    return isText(key) && isText(text) ? [key, text] : bad('parameter')
  }))

const defaultOf = (value: unknown, nesting: number): unknown => {
  if (nesting >= maxDefaultNesting) return bad('default')
  const form = fieldsOf(value, 'default')
  const strings = listOf(form['strings'], 'default')
  const names = listOf(form['names'], 'default')
  if (!isText(form['data']) || !strings.every(isText) || !names.every(isText)) return bad('default')
  const texts = { kind: 'text', lengths: Int32Array.from(strings, (item) => item.length), text: strings.join('') } as const
  return new ValuesReader({ kind: 'values', data: bytesOf(form['data']), strings: texts, names }, new Tables(form['schemas'], nesting + 1).roots()).next()
}
const bytesOf = (base64: string): Uint8Array => {
  try {
    return Uint8Array.fromBase64(base64)
  } catch {
    return bad('default')
  }
}
