/** Time zones in dates: offsets in the forms of RFC 822, `GMT+1:00` and ISO 8601, and some names. */
import type { CalendarFields } from './calendar-fields.ts'
import { zoneMinutes } from './date-format-names.ts'

/** `start` is where the field begins, `at` where it does without blanks. */
export const readZone = (letter: string, count: number, text: string, start: number, at: number, fields: CalendarFields): number | null => {
  const offset = (minutes: number, end: number): number => {
    fields.set('zoneMinutes', minutes)
    return end
  }
  const sign = signAt(text, at)
  if (letter === 'X') {
    if (text[at] === 'Z') return offset(0, at + 1)
    return sign === 0 ? null : numericZone(text, at + 1, sign, { digits: count === 1 ? 'hours' : 'all', colon: count === 3, short: false }, offset)
  }
  if (sign !== 0) return numericZone(text, at + 1, sign, { digits: 'all', colon: false, short: false }, offset)
  if (text.slice(start, start + 3).toLowerCase() === 'gmt') {
    const after = start + 3
    const signAfter = signAt(text, after)
    return signAfter === 0 ? longestName(text, at, offset) : numericZone(text, after + 1, signAfter, { digits: 'all', colon: true, short: true }, offset)
  }
  return longestName(text, at, offset)
}
const signAt = (text: string, at: number): 1 | -1 | 0 => (text[at] === '+' ? 1 : text[at] === '-' ? -1 : 0)

type Form = { readonly digits: 'hours' | 'all'; readonly colon: boolean; readonly short: boolean }
const numericZone = (text: string, at: number, sign: 1 | -1, { digits, colon, short }: Form, offset: (minutes: number, end: number) => number): number | null => {
  const hours = short ? '(\\d{1,2})' : '(\\d\\d)'
  const pattern = new RegExp(digits === 'hours' ? hours : `${hours}${colon ? ':' : ''}(\\d\\d)`, 'y')
  pattern.lastIndex = at
  const found = pattern.exec(text)
  if (found === null || Number(found[1]) > 23 || Number(found[2] ?? 0) > 59) return null
  return offset(sign * (Number(found[1]) * 60 + Number(found[2] ?? 0)), pattern.lastIndex)
}

const longestName = (text: string, at: number, offset: (minutes: number, end: number) => number): number | null => {
  let best: readonly [string, number] | null = null
  for (const zone of zoneMinutes) {
    const [name] = zone
    if (name.length > (best?.[0].length ?? 0) && text.slice(at, at + name.length).toLowerCase() === name.toLowerCase()) best = zone
  }
  return best && offset(best[1], at + best[0].length)
}
