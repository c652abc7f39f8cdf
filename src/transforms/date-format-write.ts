/** SimpleDateFormat.format: fields of a date as texts. Weeks begin on Sunday, the one with 1 January is the first of a year. */
import { calendarOf, type CalendarDate, cutoverDay, dateOfDay, julianDay, weekdayOfDay } from '../data/java-calendar.ts'
import { msPerDay } from '../data/logical.ts'
import { names } from './date-format-names.ts'
import type { PatternPart } from './simple-date-format.ts'

type Moment = { readonly day: number; readonly date: CalendarDate; readonly msOfDay: number }

export const writeDate = (parts: readonly PatternPart[], ms: number): string => {
  const day = Math.floor(ms / msPerDay)
  const moment: Moment = { day, date: dateOfDay(day), msOfDay: ms - day * msPerDay }
  let text = ''
  for (const part of parts) text += 'text' in part ? part.text : field(part.letter, part.count, moment)
  return text
}

/** The texts of most fields, made once. */
const pairs = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'))
const padded = (value: number, digits: number): string => {
  if (digits === 2 && value >= 0 && value < 100) return pairs[value] as string
  return value < 0 ? `-${String(-value).padStart(digits, '0')}` : String(value).padStart(digits, '0')
}
const named = ({ long, short }: { readonly long: readonly string[]; readonly short: readonly string[] }, index: number, count: number): string => (count >= 4 ? long : short)[index] as string
const year = (value: number, count: number): string => (count === 2 ? padded(value % 100, 2) : padded(value, count))

const field = (letter: string, count: number, { day, date, msOfDay }: Moment): string => {
  const hour = Math.floor(msOfDay / 3_600_000)
  switch (letter) {
    case 'G':
      return names.eras.short[date.year > 0 ? 1 : 0]
    case 'y':
      return year(date.year > 0 ? date.year : 1 - date.year, count)
    case 'Y':
      return year(weekYear(day, date), count)
    case 'M':
    case 'L':
      return count >= 3 ? named(names.months, date.month - 1, count) : padded(date.month, count)
    case 'w':
      return padded(weekOfYear(day, date), count)
    case 'W':
      return padded(weekIn(day, firstOfMonth(day, date)), count)
    case 'D':
      return padded(day - firstOfYear(day, date) + 1, count)
    case 'd':
      return padded(date.day, count)
    case 'F':
      return padded(Math.floor((day - firstOfMonth(day, date)) / 7) + 1, count)
    case 'E':
      return named(names.weekdays, weekdayOfDay(day), count)
    case 'u':
      return padded(weekdayOfDay(day) || 7, count)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'H':
      return padded(hour, count)
    case 'k':
      return padded(hour || 24, count)
    case 'K':
      return padded(hour % 12, count)
    case 'h':
      return padded(hour % 12 || 12, count)
    case 'm':
      return padded(Math.floor(msOfDay / 60_000) % 60, count)
    case 's':
      return padded(Math.floor(msOfDay / 1000) % 60, count)
    case 'S':
      return padded(msOfDay % 1000, count)
    case 'z':
      return count >= 4 ? 'Coordinated Universal Time' : 'UTC'
    case 'Z':
      return '+0000'
    default:
      return 'Z'
  }
}

/** The year in which the calendar changed begins as a Julian one, and what is left of its October as a month of its own. */
const firstOfYear = (day: number, date: CalendarDate): number => (date.year === 1582 ? julianDay : calendarOf(day))(date.year, 1, 1)
const firstOfMonth = (day: number, date: CalendarDate): number => (day >= cutoverDay && day < cutoverDay + 17 ? cutoverDay : day - date.day + 1)
/** The number of the week that a day is in, counted from the week with `first`. */
const weekIn = (day: number, first: number): number => Math.floor((day - (first - weekdayOfDay(first))) / 7) + 1
const nextYear = (day: number, date: CalendarDate): number => calendarOf(day)(date.year + 1, 1, 1)
/** The last days of December may be in the first week of the next year. */
const isInNextYear = (day: number, date: CalendarDate): boolean => day - weekdayOfDay(day) + 7 > nextYear(day, date)
const weekOfYear = (day: number, date: CalendarDate): number => (isInNextYear(day, date) ? 1 : weekIn(day, firstOfYear(day, date)))
const weekYear = (day: number, date: CalendarDate): number => date.year + (isInNextYear(day, date) ? 1 : 0)
