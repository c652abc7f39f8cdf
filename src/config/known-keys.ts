/** Keys and classes that nobody knows, and which known one was probably meant. Pure. */
import { editDistance, nearest } from '../data/edit-distance.ts'

/** The known key that is at most two slips of the finger away (one for short keys) or one word longer, or what the key is called since Kafka 4; else null. */
export const nearestKey = (key: string, known: Iterable<string>): string | null => {
  const names = [...known]
  const normal = key.toLowerCase().replaceAll(/[_-]/g, '.')
  const today = normal.replace(/[^.]+$/, (word) => renamed[word] ?? word)
  if (names.includes(today)) return today
  return nearest(normal, names, normal.length < 8 ? 1 : 2) ?? names.find((name) => lacksOneWord(normal, name)) ?? null
}
/** Kafka 4 has dropped these names of ReplaceField; without them every field passes. */
const renamed: Readonly<Record<string, string>> = { whitelist: 'include', blacklist: 'exclude' }
/** `errors.deadletterqueue.topic` for `errors.deadletterqueue.topic.name`. */
const lacksOneWord = (key: string, name: string): boolean => {
  const words = name.split('.')
  return words.length > 2 && words.some((_, left) => key === words.toSpliced(left, 1).join('.'))
}

/** Classes of the same simple name, or of nearly the same: the wrong package, no package, `HoistField` for `HoistField$Value`. */
export const nearestClasses = (className: string, known: readonly string[]): readonly string[] => {
  const [simple, side] = partsOf(className)
  const named = known.filter((name) => partsOf(name)[0] === simple)
  const found = named.length > 0 ? named : known.filter((name) => simple.length > 4 && editDistance(simple, partsOf(name)[0], 2) <= 2)
  const ofSide = found.filter((name) => partsOf(name)[1] === side)
  return ofSide.length > 0 ? ofSide : found
}
const partsOf = (className: string): readonly [simple: string, side: string] => {
  const [, simple = '', side = ''] = /([^.$]*?)(?:[.$](key|value))?$/.exec(className.trim().toLowerCase()) ?? []
  return [simple, side]
}
