/**
 * Java's GregorianCalendar in UTC: days before 15 October 1582 are Julian. Days count from 1970-01-01; years are astronomical (0 is
 * 1 BC); months count from 1 and may be out of range, as may days.
 */
import { msPerDay } from './logical.ts'

/** 15 October 1582, the first Gregorian day. */
export const cutoverDay = -141_427

/** Counted from March, so that leap days come last; `leapDays` of a year is how many there were before it. */
const dayBy = (year: number, month: number, day: number, leapDays: (marchYear: number) => number): number => {
  const years = year + Math.floor((month - 1) / 12)
  const months = (((month - 1) % 12) + 12) % 12
  const fromMarch = (months + 10) % 12
  const marchYear = months < 2 ? years - 1 : years
  return 365 * marchYear + leapDays(marchYear) + Math.floor((153 * fromMarch + 2) / 5) + day - 719_469
}
const julianLeapDays = (year: number): number => Math.floor(year / 4) - 2
export const julianDay = (year: number, month: number, day: number): number => dayBy(year, month, day, julianLeapDays)
export const gregorianDay = (year: number, month: number, day: number): number => dayBy(year, month, day, gregorianLeapDays)
const gregorianLeapDays = (year: number): number => Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400)

/** First days of years and months as this day's calendar has them. */
export const calendarOf = (day: number): typeof gregorianDay => (day >= cutoverDay ? gregorianDay : julianDay)

export type CalendarDate = { readonly year: number; readonly month: number; readonly day: number }
export const dateOfDay = (day: number): CalendarDate => {
  if (day >= cutoverDay) {
    const date = new Date(day * msPerDay)
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
  }
  // days from 1 March of the Julian year 0, in cycles of four years
  const fromMarch = day + 719_470
  const cycle = Math.floor(fromMarch / 1461)
  const inCycle = fromMarch - cycle * 1461
  const yearInCycle = Math.min(3, Math.floor(inCycle / 365))
  const inYear = inCycle - yearInCycle * 365
  const month = Math.floor((5 * inYear + 2) / 153)
  const year = cycle * 4 + yearInCycle + (month >= 10 ? 1 : 0)
  return { year, month: month >= 10 ? month - 9 : month + 3, day: inYear - Math.floor((153 * month + 2) / 5) + 1 }
}
/** 0 is Sunday. */
export const weekdayOfDay = (day: number): number => (((day + 4) % 7) + 7) % 7
