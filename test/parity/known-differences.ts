/** Cases that differ on purpose, each with its reason; docs/differences.md tells the same to users. Keep it short. */
import type { Answer, Case } from './cases.ts'

const maxDateMs = 8.64e15
/** The milliseconds of every date in an answer. */
const datesIn = (answer: Answer): readonly number[] => [...JSON.stringify(answer).matchAll(/\["date",(-?\d+)\]/g)].map(([, ms]) => Number(ms))

export const knownDifferences: readonly { readonly reason: string; readonly matches: (one: Case, java: Answer) => boolean }[] = [
  { reason: 'JavaScript has no dates beyond the year 275760: they are refused, not bent', matches: (_one, java) => datesIn(java).some((ms) => Math.abs(ms) > maxDateMs) },
  {
    reason: 'JSON for a Date, Time or Timestamp may be a whole number with a fraction of zeros (`1.0`): told from `1`, every number of every record would have to be kept as text',
    matches: (one, java) => one.op === 'toConnect' && one.class.endsWith('.JsonConverter') && /^Invalid type for (Date|Time|Timestamp), .* NUMBER$/.test(java.error?.[0]?.message ?? '') && /"payload":-?\d+\.0+\}/.test(Buffer.from(one.bytes ?? '', 'base64').toString()),
  },
  {
    reason: 'a whole number without a schema may be meant as a double: JavaScript does not tell 2 from 2.0',
    matches: (one) => one.op === 'fromConnect' && /\.(Double|Float)Converter$/.test(one.class) && one.schema === null && Array.isArray(one.value) && one.value[0] === 'i64',
  },
]

export const isKnownDifference = (one: Case, java: Answer): boolean => knownDifferences.some(({ matches }) => matches(one, java))
