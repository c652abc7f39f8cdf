/**
 * The three ISO forms in which Connect's `Values` reads and writes dates: `yyyy-MM-dd`, `HH:mm:ss.SSS'Z'` and both joined by a T,
 * with the leniency of Java's SimpleDateFormat and GregorianCalendar (2019-13-45 is 14 February 2020; days before 15 October 1582
 * are Julian). Always in UTC, which is what the Z says.
 */
import { asciiDigits } from './java-number.ts'
import { cutoverDay, gregorianDay, julianDay } from './java-calendar.ts'
import { dateName, msPerDay, timeName, timestampName } from './logical.ts'

/** A field is a number, anything else stands for itself. */
const patterns = {
  [dateName]: ['year', '-', 'month', '-', 'day'],
  [timeName]: ['hour', ':', 'minute', ':', 'second', '.', 'milli', 'Z'],
  [timestampName]: ['year', '-', 'month', '-', 'day', 'T', 'hour', ':', 'minute', ':', 'second', '.', 'milli', 'Z'],
} as const
type Fields = { year: number; month: number; day: number; hour: number; minute: number; second: number; milli: number }
export type TemporalName = keyof typeof patterns

/** The form a text of this length may have. */
const nameOfLength: Readonly<Record<number, TemporalName>> = { 10: dateName, 13: timeName, 24: timestampName }

/** A date, time or timestamp with the schema name it has, or null. What stands behind the last field is ignored, as in Java. */
export const parseTemporal = (text: string): { readonly name: TemporalName; readonly value: Date } | null => {
  const unescaped = text.replaceAll('\\:', ':')
  const name = nameOfLength[unescaped.length]
  if (name === undefined) return null
  const fields: Fields = { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0, milli: 0 }
  let at = 0
  for (const part of patterns[name]) {
    if (part.length === 1) {
      if (unescaped[at++] !== part) return null
      continue
    }
    const number = readInteger(unescaped, skipBlanks(unescaped, at))
    if (number === null) return null
    at = number.end
    fields[part as keyof Fields] = number.value
  }
  const value = new Date(timeOf(fields))
  // JavaScript's dates end at the year 275760, where Java's go on
  return Number.isNaN(value.getTime()) ? null : { name, value }
}

export const skipBlanks = (text: string, at: number): number => {
  let next = at
  while (text[next] === ' ' || text[next] === '\t') next++
  return next
}
/** What Java's NumberFormat reads as an integer at this place; null when no number stands there. */
export const readInteger = (text: string, at: number): { readonly value: number; readonly end: number } | null => {
  const number = /(-?)(\p{Nd}+)(?:E(-?)(\p{Nd}+))?/uy
  number.lastIndex = at
  const found = number.exec(text)
  if (found === null) return null
  const exponent = (found[3] === '-' ? -1 : 1) * Number(asciiDigits(found[4] ?? '0'))
  return { value: intOf(found[1] === '-', asciiDigits(found[2] ?? ''), exponent), end: number.lastIndex }
}
/** Java's NumberFormat for integers, as an int: longs keep their low 32 bits, what is larger ends at the limit. */
const intOf = (negative: boolean, digits: string, exponent: number): number => {
  const value = exponent === 0 ? BigInt(digits) : BigInt(Math.trunc(Number(`${digits}e${Math.min(exponent, 30)}`)))
  if (BigInt.asIntN(64, value) !== value) return negative ? -(2 ** 31) : 2 ** 31 - 1
  return Number(BigInt.asIntN(32, negative ? -value : value))
}


const timeOf = ({ year, month, day, hour, minute, second, milli }: Fields): number => {
  const time = hour * 3_600_000 + minute * 60_000 + second * 1000 + milli
  const whole = Math.floor(time / msPerDay)
  const julian = whole + julianDay(year, month, day)
  const gregorian = whole + gregorianDay(year, month, day)
  return (year >= 1582 && gregorian >= cutoverDay ? gregorian : julian) * msPerDay + (time - whole * msPerDay)
}

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0')
const timeText = (date: Date): string => `${padded(date.getUTCHours(), 2)}:${padded(date.getUTCMinutes(), 2)}:${padded(date.getUTCSeconds(), 2)}.${padded(date.getUTCMilliseconds(), 3)}Z`
/** Values.dateFormatFor(date).format(date): times before 1970-01-02, dates on midnight, timestamps otherwise. */
export const temporalText = (date: Date): string => {
  const ms = date.getTime()
  if (ms < msPerDay) return timeText(date)
  const day = `${padded(date.getUTCFullYear(), 4)}-${padded(date.getUTCMonth() + 1, 2)}-${padded(date.getUTCDate(), 2)}`
  return ms % msPerDay === 0 ? day : `${day}T${timeText(date)}`
}
