/** SimpleDateFormat.parse, lenient: fields out of range carry over, and where fields contradict each other the one read last counts. */
import { readInteger, skipBlanks } from '../data/temporal-text.ts'
import { names } from './date-format-names.ts'
import { readZone } from './date-format-zones.ts'
import { CalendarFields, type FieldName } from './calendar-fields.ts'
import type { PatternPart } from './simple-date-format.ts'

export const readDate = (parts: readonly PatternPart[], text: string, centuryStart: number): number | null => {
  const reading: Reading = { text, fields: new CalendarFields(), centuryStart, isAmbiguous: false }
  let at = 0
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      if (!text.startsWith(part.text, at)) return null
      at += part.text.length
      continue
    }
    const end = readField(part.letter, part.count, isNumeric(parts[index + 1]), at, reading)
    if (end === null) return null
    at = end
  }
  const ms = reading.fields.toMs()
  // the year in which the hundred years begin and end: before their beginning it is the later one
  if (!reading.isAmbiguous || ms >= centuryStart) return ms
  reading.fields.set('year', reading.fields.value('year') + 100)
  return reading.fields.toMs()
}

type Reading = { readonly text: string; readonly fields: CalendarFields; readonly centuryStart: number; isAmbiguous: boolean }

/** Before another field of digits a field takes as many characters as it has letters: `yyyyMMdd`. */
const isNumeric = (next: PatternPart | undefined): boolean => {
  if (next === undefined || 'text' in next) return false
  return next.letter === 'M' || next.letter === 'L' ? next.count <= 2 : 'ydkHmsSDFwWhKYu'.includes(next.letter)
}

const numberFields: Readonly<Record<string, FieldName>> = { d: 'dayOfMonth', H: 'hourOfDay', m: 'minute', s: 'second', S: 'milli', D: 'dayOfYear', F: 'dayOfWeekInMonth', w: 'weekOfYear', W: 'weekOfMonth', K: 'hour' }

/** Where the field ends, or null when it is not there. Blanks may precede numbers. */
const readField = (letter: string, count: number, obeysCount: boolean, start: number, reading: Reading): number | null => {
  const { text, fields } = reading
  const at = skipBlanks(text, start)
  if (at >= text.length) return null
  switch (letter) {
    case 'G':
      return nameAt(text, start, names.eras, (index) => fields.set('era', index))
    case 'E':
      return nameAt(text, start, names.weekdays, (index) => fields.set('dayOfWeek', index + 1))
    case 'a':
      return nameAt(text, start, names.halves, (index) => fields.set('half', index))
    case 'z':
    case 'Z':
    case 'X':
      return readZone(letter, count, text, start, at, fields)
    case 'M':
    case 'L':
      if (count >= 3) return nameAt(text, start, names.months, (index) => fields.set('month', index))
  }
  if (obeysCount && start + count > text.length) return null
  const number = readInteger(obeysCount ? text.slice(0, start + count) : text, at)
  if (number === null) return null
  const { value, end } = number
  if (letter === 'y' || letter === 'Y') setYear(letter, value, count <= 2 && end - at === 2 && /^[0-9]{2}$/.test(text.slice(at, end)), reading)
  else if (letter === 'M' || letter === 'L') fields.set('month', value - 1)
  else if (letter === 'k') fields.set('hourOfDay', value === 24 ? 0 : value)
  else if (letter === 'h') fields.set('hour', value === 12 ? 0 : value)
  else if (letter === 'u') fields.set('dayOfWeek', value === 7 ? 1 : value > 0 && value < 7 ? value + 1 : value)
  else fields.set(numberFields[letter] ?? 'milli', value)
  return end
}

const setYear = (letter: string, value: number, isTwoDigits: boolean, reading: Reading): void => {
  const name = letter === 'y' ? 'year' : 'weekYear'
  if (!isTwoDigits) return reading.fields.set(name, value)
  const first = new Date(reading.centuryStart).getUTCFullYear()
  reading.isAmbiguous = value === first % 100
  reading.fields.set(name, value + first - (first % 100) + (value < first % 100 ? 100 : 0))
}

/** The longest name there, of either kind and in any case. */
const nameAt = (text: string, at: number, { long, short }: { readonly long: readonly string[]; readonly short: readonly string[] }, found: (index: number) => void): number | null => {
  let best = 0
  let index = -1
  for (const list of [long, short]) {
    list.forEach((name, each) => {
      if (name.length > best && text.slice(at, at + name.length).toLowerCase() === name.toLowerCase()) {
        best = name.length
        index = each
      }
    })
  }
  if (index < 0) return null
  found(index)
  return at + best
}
