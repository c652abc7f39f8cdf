/**
 * What a source partition or offset may hold, when two of them are the same, and how a store's key is made of them. Pure.
 *
 * A key is the JSON array `["CONNECTOR",{partition}]`. Two workers write the entries of one partition in different orders
 * (Java writes them in HashMap order), so keys are compared by `canonical`, never by their bytes. Integers are compared as
 * integers: they are 64 bits wide in Connect, more than a JavaScript number holds exactly.
 */
import { DataException } from '../data/errors.ts'
import { parseJson } from '../data/json.ts'

const rawJson = (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON

/** `5`, `5.0` and `50e-1` are the same number; integers beyond 2^53 keep every digit. */
const numberText = (source: string): string => {
  if (/^-?\d+$/.test(source)) return String(BigInt(source))
  const value = Number(source)
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(BigInt(value)) : String(value)
}

/** A text that is equal for structurally equal JSON values: object keys sorted, numbers in one spelling, no white space. */
export const canonical = (text: string): string =>
  JSON.stringify(
    parseJson(text, (_key, value, { source }) => {
      if (typeof value === 'number') return rawJson(numberText(source ?? String(value)))
      if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      return value
    }),
  )

/** Parses JSON so that writing it again gives the same numbers: an integer that a JavaScript number cannot hold stays raw text. */
export const parseExact = (text: string): unknown =>
  parseJson(text, (_key, value, { source = '' }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? rawJson(source) : value,
  )

export const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawJson(value)
const isRawJson = (value: unknown): boolean => (JSON as unknown as { readonly isRawJSON: (value: unknown) => boolean }).isRawJSON(value)

/** Throws a DataException in Kafka's words unless the text is null or an object of primitive values. */
export const checkOffsetMap = (text: string | null): void => {
  if (text === null) return
  const value = parseExact(text)
  if (value === null) return
  if (!isPlainObject(value)) throw new DataException('Offsets must be specified as a Map')
  for (const [field, item] of Object.entries(value)) {
    if (typeof item !== 'object' || item === null || isRawJson(item)) continue
    throw new DataException(`Offsets may only contain primitive types as values, but field ${field} contains ${Array.isArray(item) ? 'ARRAY' : 'MAP'}`)
  }
}

/** The text of a key as it is stored for the first time, compact and in the order the connector gave. */
export const offsetKey = (connector: string, partition: string): string => `[${JSON.stringify(connector)},${JSON.stringify(parseExact(partition))}]`

export type ParsedKey = { readonly connector: string; readonly partition: string }
/** Takes a stored key apart, or says in Kafka's words why it is ignored. */
export const parseOffsetKey = (key: string): ParsedKey | { readonly problem: string } => {
  let parsed: unknown
  try {
    parsed = parseExact(key)
  } catch {
    return { problem: 'Ignoring offset partition key with unknown serialization. Expected json.' }
  }
  if (!Array.isArray(parsed)) return { problem: `Ignoring offset partition key with an unexpected format. Expected type: java.util.List, actual type: ${typeName(parsed)}` }
  if (parsed.length !== 2) return { problem: `Ignoring offset partition key with an unexpected number of elements. Expected: 2, actual: ${parsed.length}` }
  const [connector, partition] = parsed as readonly unknown[]
  if (typeof connector !== 'string') {
    return { problem: `Ignoring offset partition key with an unexpected format for the first element in the partition key list. Expected type: java.lang.String, actual type: ${typeName(connector)}` }
  }
  if (partition !== null && !isPlainObject(partition)) {
    return { problem: `Ignoring offset partition key with an unexpected format for the second element in the partition key list. Expected type: java.util.Map, actual type: ${typeName(partition)}` }
  }
  return { connector, partition: JSON.stringify(partition) }
}
const typeName = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
