/** Cases that differ on purpose, each with its reason; docs/differences.md tells the same to users. Keep it short. */
import type { Answer, Case } from './cases.ts'

const maxDateMs = 8.64e15
/** The milliseconds of every date in an answer. */
const datesIn = (answer: Answer): readonly number[] => [...JSON.stringify(answer).matchAll(/\["date",(-?\d+)\]/g)].map(([, ms]) => Number(ms))
/** Some long of what is transformed, as a unix timestamp, is beyond them. */
const isBeyondDates = (one: Extract<Case, { readonly op: 'transform' | 'test' }>): boolean => {
  const perMs = { nanoseconds: 1e6, microseconds: 1e3, milliseconds: 1, seconds: 1e-3 }[one.config?.['unix.precision'] ?? 'milliseconds'] ?? 1
  return [...JSON.stringify(one.class.endsWith('$Key') ? one.record.key : one.record.value).matchAll(/\["i64","(-?\d+)"\]/g)].some(([, digits]) => Math.abs(Number(digits)) / perMs > maxDateMs)
}

export const knownDifferences: readonly { readonly reason: string; readonly matches: (one: Case, java: Answer) => boolean }[] = [
  { reason: 'JavaScript has no dates beyond the year 275760: they are refused, not bent', matches: (_one, java) => datesIn(java).some((ms) => Math.abs(ms) > maxDateMs) },
  {
    reason: 'JSON for a Date, Time or Timestamp may be a whole number with a fraction of zeros (`1.0`): told from `1`, every number of every record would have to be kept as text',
    matches: (one, java) => one.op === 'toConnect' && one.class.endsWith('.JsonConverter') && /^Invalid type for (Date|Time|Timestamp), .* NUMBER$/.test(java.error?.[0]?.message ?? '') && /"payload":-?\d+\.0+\}/.test(Buffer.from(one.bytes ?? '', 'base64').toString()),
  },
  { reason: 'what crosses that wall is at most 200 deep', matches: (one, java) => one.op === 'toConnect' && one.class.endsWith('.JsonConverter') && java.error === undefined && Buffer.from(one.bytes ?? '', 'base64').toString().includes('['.repeat(200)) },
  {
    reason: 'a whole number without a schema may be meant as a double: JavaScript does not tell 2 from 2.0',
    matches: (one) => one.op === 'fromConnect' && /\.(Double|Float)Converter$/.test(one.class) && one.schema === null && Array.isArray(one.value) && one.value[0] === 'i64',
  },
  { reason: 'nor a text for such a date', matches: (one) => one.op === 'transform' && one.class.includes('.TimestampConverter$') && one.config?.['target.type'] !== 'unix' && isBeyondDates(one) },
  { reason: 'a cast whose text is a colon alone is refused like any other, where Java fails with an index out of bounds', matches: (one, java) => one.op === 'validate' && java.error?.[0]?.class === 'java.lang.ArrayIndexOutOfBoundsException' },
  { reason: 'a missing pattern has one error, not also that of a NullPointerException behind it', matches: (one, java) => one.op === 'validate' && JSON.stringify(java).includes('Cannot invoke \\"') },
  { reason: 'a Map of JavaScript takes the key -0 for 0', matches: (_one, java) => /\[\["f(32|64)","-0(\.0)?"\],/.test(JSON.stringify(java)) },
]

export const isKnownDifference = (one: Case, java: Answer): boolean => knownDifferences.some(({ matches }) => matches(one, java))
