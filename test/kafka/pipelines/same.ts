/**
 * Whether both workers have made the same of a record. Everything counts, except:
 *  - the identities of byte arrays that are printed, and the order of maps that Java has had in a HashMap
 *  - the digits in which JDKs before 19 print floating numbers
 *  - where no key and no partition of its own decides, the partition
 *  - which Java class a number without a schema has (docs/differences.md)
 *  - what test/parity takes for the same (compare.ts)
 */
import { difference } from '../../parity/compare.ts'
import type { TaggedSchema, TaggedValue } from '../../parity/tagged.ts'
import type { Failure, StoredRecord } from './running.ts'

const plain = (text: string): string => text.replaceAll(/\[B@[0-9a-f]+/g, '[B@').replaceAll(/-?\d+\.\d+(?:E-?\d+)?/g, (digits) => Number(digits).toPrecision(6))
const sorted = (text: string): string => plain(text).split(/[{},[\] ]+/).toSorted().join(' ')
const sameText = (java: string | null, ours: string | null): boolean => java === ours || (java !== null && ours !== null && sorted(java) === sorted(ours))

/** Null when a record was dropped. */
export const sameStored = (java: StoredRecord | null, ours: StoredRecord | null, isPlaced: boolean): boolean => {
  if (java === null || ours === null) return java === ours
  if (java.topic !== ours.topic || java.timestamp !== ours.timestamp || java.headers.length !== ours.headers.length) return false
  const samePlace = java.partition === ours.partition || java.key !== ours.key || (java.key === null && !isPlaced)
  return samePlace && sameText(java.key, ours.key) && sameText(java.value, ours.value) && java.headers.every(([key, value], index) => ours.headers[index]?.[0] === key && sameText(value, ours.headers[index][1]))
}

export const sameFailure = (java: Failure | undefined, ours: Failure | undefined): boolean => {
  if (java === undefined || ours === undefined) return java === ours
  return java.at === ours.at && difference(answerOf(java), answerOf(ours), false) === null
}
/** A transformation here is not told where a record came from. */
const answerOf = ({ error }: Failure): { readonly error: readonly { readonly class: string; readonly message: string }[] } =>
  ({ error: error === null ? [] : [{ ...error, message: error.message.replace(/found: java\.lang\.(?:Byte|Short|Integer|Long)$/, 'found: a whole number').replace('SourceRecord{sourcePartition={file=records}, sourceOffset={n=', 'SourceRecord{').replace(/(SourceRecord\{)\d+\}\}/, '$1}') }] })

export type PutRecord = Readonly<Record<string, unknown>> & { readonly keySchema: TaggedSchema; readonly key: TaggedValue; readonly valueSchema: TaggedSchema; readonly value: TaggedValue; readonly headers: readonly (readonly [string, TaggedSchema, TaggedValue])[] }
/** What `put` was given, or what differs. */
export const differencePut = (java: PutRecord, ours: PutRecord): { readonly java: string; readonly ours: string } | null => difference({ record: folded(java) }, { record: folded(ours) }, false)
const folded = (record: PutRecord): PutRecord => ({ ...record, key: fold(record.key, record.keySchema), value: fold(record.value, record.valueSchema), headers: record.headers.map(([key, schema, value]) => [key, schema, fold(value, schema)] as const) })
/** Without a schema a number of JavaScript is nothing but a number. */
const fold = (value: TaggedValue, schema: TaggedSchema | undefined): TaggedValue => {
  if (!Array.isArray(value)) return value
  const [tag, content] = value as readonly [string, unknown]
  if (tag === 'l') return ['l', (content as readonly TaggedValue[]).map((item) => fold(item, schema?.e))]
  if (tag === 'm') return ['m', (content as readonly (readonly [TaggedValue, TaggedValue])[]).map(([key, item]) => [fold(key, schema?.k), fold(item, schema?.e)] as const)]
  if (schema != null || !/^[if]\d/.test(tag)) return value
  if (Number.isSafeInteger(Number(content))) return ['f64', Object.is(Number(content), -0) ? '-0' : String(Number(content))]
  return tag === 'f32' ? ['f64', String(content)] : (value as TaggedValue)
}
