/**
 * Whether two answers are the same. Everything counts, except:
 *  - the order of maps (Java's HashMap has one of its own; a Map is equal to another whatever their orders)
 *  - the width of integers that no schema describes (a Byte in a list of mixed values): a JavaScript number has none
 *  - of errors that are no Connect exceptions but Java's own (NullPointerException, ClassCastException …): ours need only fail too
 *  - in what class a value that does not fit its schema is: it is JavaScript's here
 *  - the words in which a key of a configuration is documented
 *  - what the engine of regular expressions finds wrong with a pattern
 *  - the digits of a floating number in text that older JDKs print longer than needed, when both texts are the same number
 */
import type { Answer } from './cases.ts'

/** Null when they are the same, else both in comparable form. */
export const difference = (java: Answer, ours: Answer, shortestDoubles: boolean): { readonly java: string; readonly ours: string } | null => {
  const left = withoutEngine(shown(java))
  const right = withoutEngine(shown(ours))
  if (left === right || sameFailure(java, ours) || (!shortestDoubles && sameNumbers(left, right))) return null
  return { java: left, ours: right }
}

/** What a regular expression's engine says of a broken pattern is its own, and identities of objects differ from run to run. */
const withoutEngine = (text: string): string => text.replaceAll(/Invalid regex: [^"]*/g, 'Invalid regex: …').replaceAll(/\[B@[0-9a-f]+/g, '[B@…')

/** Bytes as text where they are text, maps sorted, errors by class and message. */
const shown = (answer: Answer): string => {
  if (answer.error !== undefined) {
    const [first] = answer.error
    // a projection tells field by field where it is, and at the end of the chain what is wrong there
    const chain = first?.class.endsWith('SchemaProjectorException') === true ? answer.error : answer.error.slice(0, 1)
    return chain.map((each) => `${each.class.replace(/.*\./, '')}: ${stripped(each.message ?? '')}`).join(' <- ')
  }
  if (typeof answer['bytes'] === 'string') return `bytes ${Buffer.from(answer['bytes'], 'base64').toString('latin1')}`
  return JSON.stringify(canonical(asRest(answer)))
}
/** Keys and values of a configuration have no order; Java's entities spell their fields in snake case, and give required keys a default of null. */
const asRest = (answer: Answer): Answer => {
  const { keys, values, ...others } = answer
  const of = keys ?? values
  if (!Array.isArray(of)) return answer
  const named = (of as readonly Readonly<Record<string, unknown>>[]).map((each): Readonly<Record<string, unknown>> => ({ defaultValue: null, ...Object.fromEntries(Object.entries(each).map(([key, item]) => [key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()), item])) }))
  return { ...others, rest: named.toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)) }
}
/** Identities of objects differ from run to run; which class of Java's a map has is up to whoever made it; a transformation here is not told where a record came from. */
const stripped = (message: string): string => message.replace('SourceRecord{sourcePartition={}, sourceOffset={}}', 'SourceRecord{}').replace(/(SinkRecord\{kafkaOffset=\d+), [^}]*/, '$1')
  .replace(/(No value specified for static field: ).*/, '$1…').replace(/^(Invalid Java object for schema .*: class )\S+ for /, '$1… for ').replaceAll('java.util.LinkedHashMap', 'java.util.HashMap')

const isConnect = (name: string): boolean => name.startsWith('org.apache.kafka.connect.errors.') || name === 'org.apache.kafka.common.config.ConfigException'
const sameFailure = (java: Answer, ours: Answer): boolean => {
  const first = java.error?.[0]
  return first !== undefined && ours.error !== undefined && !isConnect(first.class) && !isMistake(ours.error[0]?.class ?? '')
}
/** What JavaScript throws by itself is a defect of ours, whatever Java does. */
const isMistake = (name: string): boolean => ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'].includes(name)

const integerTags: ReadonlySet<unknown> = new Set(['i8', 'i16', 'i32'])
type SchemaLike = { readonly t?: string; readonly e?: SchemaLike; readonly k?: SchemaLike; readonly f?: readonly (readonly [string, SchemaLike])[] } | null | undefined
/** A tagged value with its maps sorted, and integers that no schema describes all `i64`. */
const canonicalValue = (value: unknown, schema: SchemaLike): unknown => {
  if (!Array.isArray(value)) return value
  const [tag, content, values] = value as readonly unknown[]
  if (tag === 'l') return [tag, (content as readonly unknown[]).map((item) => canonicalValue(item, schema?.e))]
  if (tag === 'm') {
    const pairs = (content as readonly (readonly unknown[])[]).map(([key, item]) => [canonicalValue(key, schema?.k), canonicalValue(item, schema?.e)])
    return [tag, pairs.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))]
  }
  if (tag === 's') return [tag, canonical(withoutDefault(content)), (values as readonly unknown[]).map((item, index) => canonicalValue(item, (content as SchemaLike)?.f?.[index]?.[1]))]
  if (integerTags.has(tag) && schema?.t?.startsWith('INT') !== true) return ['i64', content]
  return tag === 'f64' || tag === 'f32' ? [tag, Object.is(Number(content), -0) ? '-0' : String(Number(content))] : value
}
/** A struct that is a default may have the schema that it is the default of, or the one without: its builder decides. */
const withoutDefault = (schema: unknown): unknown => schema && Object.fromEntries(Object.entries(schema).filter(([key]) => key !== 'd'))
const canonicalHeaders = (headers: readonly (readonly unknown[])[]): unknown => headers.map(([key, schema, value]) => [key, canonical(schema), canonicalValue(value, schema as SchemaLike)])
/** Objects with sorted keys; values in them by the schema beside them. */
const canonical = (answer: unknown): unknown => {
  if (Array.isArray(answer)) return (answer as readonly unknown[]).map(canonical)
  if (typeof answer !== 'object' || answer === null) return answer
  const holder = answer as Readonly<Record<string, unknown>>
  const schemas: Readonly<Record<string, unknown>> = { key: holder['keySchema'], value: holder['valueSchema'] ?? holder['schema'], d: holder }
  return Object.fromEntries(Object.entries(holder).filter(([key]) => key !== 'documentation').toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, key === 'headers' && Array.isArray(item) ? canonicalHeaders(item as readonly (readonly unknown[])[]) : key in schemas ? canonicalValue(item, schemas[key] as SchemaLike) : canonical(item)]))
}

const floating = /-?\d+\.\d+(?:E-?\d+)?/g
const sameNumbers = (java: string, ours: string): boolean => {
  if (java.replaceAll(floating, '#') !== ours.replaceAll(floating, '#')) return false
  const [left, right] = [java.match(floating) ?? [], ours.match(floating) ?? []]
  return left.every((text, index) => {
    const other = right[index] ?? ''
    return text === other || (text.length >= other.length && (Number(text) === Number(other) || Math.fround(Number(text)) === Math.fround(Number(other))))
  })
}
