/** Fields of records that an author has probably misspelt: without a word they would be lost. */
import { nearest } from '../../src/data/edit-distance.ts'

/** The field that is meant by a name at most two slips away (one for short names), whatever its capitals and underscores; else null. */
export const nearestField = (name: string, fields: readonly string[]): string | null => {
  const normal = (text: string): string => text.toLowerCase().replaceAll(/[_-]/g, '')
  return nearest(normal(name), fields, name.length < 6 ? 1 : 2, normal)
}
export const didYouMean = (name: string, fields: readonly string[]): string => {
  const near = nearestField(name, fields)
  return near === null ? '' : `; did you mean '${near}'?`
}
