/**
 * Java's lenient Calendar: fields in the order they were set, and the time they stand for. Which fields say the day is decided as
 * GregorianCalendar does: the most recent of day of month, week of month, weekday in month, day of year, week of year.
 */
import { cutoverDay, gregorianDay, julianDay, weekdayOfDay } from '../data/java-calendar.ts'
import { msPerDay } from '../data/logical.ts'

/** month counts from 0, dayOfWeek from 1 (Sunday), era 0 is BC, half 1 is PM. */
export type FieldName =
  | 'era' | 'year' | 'weekYear' | 'month' | 'weekOfYear' | 'weekOfMonth' | 'dayOfMonth' | 'dayOfYear' | 'dayOfWeek' | 'dayOfWeekInMonth'
  | 'half' | 'hour' | 'hourOfDay' | 'minute' | 'second' | 'milli' | 'zoneMinutes'
type DayRule = 'dayOfMonth' | 'weekOfMonth' | 'dayOfWeekInMonth' | 'dayOfYear' | 'weekOfYear'
type FirstDay = typeof gregorianDay

export class CalendarFields {
  readonly #values = new Map<FieldName, number>()
  readonly #stamps = new Map<FieldName, number>()
  #stamp = 0

  set(name: FieldName, value: number): void {
    this.#values.set(name, value)
    this.#stamps.set(name, ++this.#stamp)
  }
  value(name: FieldName, ifUnset = 0): number {
    return this.#values.get(name) ?? ifUnset
  }

  toMs(): number {
    const isWeekDate = this.#at('weekYear') > this.#at('year')
    const time = this.#hours() * 3_600_000 + this.value('minute') * 60_000 + this.value('second') * 1000 + this.value('milli')
    const whole = Math.floor(time / msPerDay)
    const day = isWeekDate ? this.#weekDate() : this.#dayOfFields()
    return (day + whole) * msPerDay + (time - whole * msPerDay) - this.value('zoneMinutes') * 60_000
  }

  #at(name: FieldName): number {
    return this.#stamps.get(name) ?? 0
  }
  /** The stamp of two fields that count together only. */
  #both(one: FieldName, other: FieldName): number {
    return this.#at(one) === 0 || this.#at(other) === 0 ? 0 : Math.max(this.#at(one), this.#at(other))
  }
  #hours(): number {
    const byHalf = this.#both('hour', 'half') || (this.#at('hourOfDay') === 0 ? Math.max(this.#at('hour'), this.#at('half')) : 0)
    return byHalf > this.#at('hourOfDay') ? this.value('hour') + 12 * this.value('half') : this.value('hourOfDay')
  }

  #rule(): DayRule {
    const weekday = this.#at('dayOfWeek')
    let stamps: Readonly<Record<DayRule, number>> = {
      dayOfMonth: this.#at('dayOfMonth'), weekOfMonth: this.#both('weekOfMonth', 'dayOfWeek'), dayOfWeekInMonth: this.#both('dayOfWeekInMonth', 'dayOfWeek'),
      dayOfYear: this.#at('dayOfYear'), weekOfYear: this.#both('weekOfYear', 'dayOfWeek'),
    }
    if (Math.max(...Object.values(stamps)) === 0) {
      // no whole combination: weeks alone, and a weekday alone is the first in its month
      stamps = { ...stamps, weekOfMonth: this.#at('weekOfMonth'), dayOfWeekInMonth: Math.max(this.#at('dayOfWeekInMonth'), weekday), weekOfYear: this.#at('weekOfYear') }
    }
    const best = Math.max(...Object.values(stamps))
    if (stamps.dayOfMonth === best) return 'dayOfMonth'
    const monthRule = stamps.weekOfMonth === best && (stamps.dayOfWeekInMonth !== best || this.#at('weekOfMonth') >= this.#at('dayOfWeekInMonth')) ? 'weekOfMonth' : 'dayOfWeekInMonth'
    if (stamps[monthRule] === best && this.#at(monthRule) >= this.#at('weekOfYear')) return monthRule
    return stamps.dayOfYear === best ? 'dayOfYear' : 'weekOfYear'
  }

  #dayOfFields(): number {
    const given = this.value('year', 1970)
    const year = this.value('era', 1) === 0 ? 1 - given : given
    const rule = this.#rule()
    if (year > 1582) return this.#dayIn(gregorianDay, year, rule)
    const julian = this.#dayIn(julianDay, year, rule)
    if (year < 1582 || rule === 'dayOfYear' || rule === 'weekOfYear') return julian
    const gregorian = this.#dayIn(gregorianDay, year, rule)
    return gregorian >= cutoverDay ? gregorian : julian
  }

  #dayIn(firstDay: FirstDay, year: number, rule: DayRule): number {
    if (rule === 'dayOfYear') return firstDay(year, 1, 1) + this.value('dayOfYear') - 1
    if (rule === 'weekOfYear') return weekStart(firstDay(year, 1, 1), this.value('weekOfYear')) + this.#weekday()
    const month = this.value('month')
    const first = firstDay(year + Math.floor(month / 12), (((month % 12) + 12) % 12) + 1, 1)
    switch (rule) {
      case 'dayOfMonth':
        return first + this.value('dayOfMonth', 1) - 1
      case 'weekOfMonth':
        return weekStart(first, this.value('weekOfMonth')) + this.#weekday()
      case 'dayOfWeekInMonth': {
        const weekday = this.#weekday()
        const number = this.value('dayOfWeekInMonth', 1)
        if (number >= 0) return onOrBefore(first + 7 * number - 1, weekday)
        const length = firstDay(year + Math.floor((month + 1) / 12), ((((month + 1) % 12) + 12) % 12) + 1, 1) - first
        return onOrBefore(first + length + 7 * (number + 1) - 1, weekday)
      }
    }
  }
  /** From 0; Sunday, the first day of the week, when not set. */
  #weekday(): number {
    return (((this.value('dayOfWeek', 1) - 1) % 7) + 7) % 7
  }
  #weekDate(): number {
    const year = this.value('weekYear')
    const given = this.value('dayOfWeek', 1)
    const weeks = Math.floor((given - 1) / 7)
    // a day beyond a week counts from Monday, as the letter `u` does
    const weekday = weeks === 0 ? given - 1 : (given - 7 * weeks) % 7
    return weekStart((year > 1582 ? gregorianDay : julianDay)(year, 1, 1), this.value('weekOfYear', 1) + weeks) + weekday
  }
}

/** The Sunday of a week; the week with `first` is number 1. */
const weekStart = (first: number, week: number): number => first - weekdayOfDay(first) + 7 * (week - 1)
const onOrBefore = (day: number, weekday: number): number => day - ((((weekdayOfDay(day) - weekday) % 7) + 7) % 7)
