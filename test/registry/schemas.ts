/** Avro schemas as the registry sees them: valid or not, the same or not, compatible or not. avsc decides what reads what. */
import avro from 'avsc'
import { problems } from './errors.ts'

export type Reference = { readonly name: string; readonly subject: string; readonly version: number }
export type Given = { readonly schema: string; readonly references: readonly Reference[] }
export const levels = ['NONE', 'BACKWARD', 'BACKWARD_TRANSITIVE', 'FORWARD', 'FORWARD_TRANSITIVE', 'FULL', 'FULL_TRANSITIVE'] as const
export type Level = (typeof levels)[number]

/** `referenced`: the texts of the schemas it refers to, the innermost first. */
export const parse = (text: string, referenced: readonly string[]): avro.Type => {
  try {
    const options = { registry: {}, wrapUnions: true } as const
    for (const each of referenced) avro.Type.forSchema(JSON.parse(each) as avro.Schema, options)
    return avro.Type.forSchema(JSON.parse(text) as avro.Schema, options)
  } catch (error) {
    throw problems.invalidSchema(error instanceof Error ? error.message : String(error))
  }
}

/** White space does not matter; normalised, neither does the order of properties. */
export const canonical = (text: string, normalize: boolean): string => {
  const json: unknown = JSON.parse(text)
  return JSON.stringify(normalize ? sorted(json) : json)
}
const sorted = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(sorted)
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, sorted(value)]))
}

/** Those of the earlier versions (oldest first) that a new one is compared with. */
export const comparedBy = <T>(level: Level, earlier: readonly T[]): readonly T[] => (level === 'NONE' ? [] : level.endsWith('_TRANSITIVE') ? earlier : earlier.slice(-1))
/** Why the new schema may not follow the earlier ones; empty when it may. */
export const incompatibilities = (level: Level, next: avro.Type, earlier: readonly avro.Type[]): readonly string[] => {
  const both = level.startsWith('FULL')
  return earlier.flatMap((each) => [
    ...(both || level.startsWith('BACKWARD') ? whyNot(next, each) : []),
    ...(both || level.startsWith('FORWARD') ? whyNot(each, next) : []),
  ])
}
const whyNot = (reader: avro.Type, writer: avro.Type): readonly string[] => {
  try {
    reader.createResolver(writer)
    return []
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}
