/** JSON as Avro schemas need it: integers of 64 bits stay exact, and floating point numbers are written the way Java writes them. */
import { parseJson as parseAnyJson } from '../../data/json.ts'

/** A number to be written as it stands. */
export class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
export type Json = null | boolean | number | bigint | string | NumberText | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** Throws a SyntaxError. Integers that a double cannot hold become bigints. */
export const parseJson = (text: string): Json =>
  parseAnyJson(text, (_key, value: unknown, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '') ? BigInt(context.source ?? 0) : value) as Json

export const isJsonObject = (json: Json | undefined): json is JsonObject =>
  typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof NumberText)

export const jsonText = (json: Json): string => {
  if (typeof json === 'bigint') return String(json)
  if (json instanceof NumberText) return json.text
  if (typeof json !== 'object' || json === null) return JSON.stringify(json)
  if (Array.isArray(json)) return `[${json.map(jsonText).join(',')}]`
  return `{${Object.entries(json).map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`
}
/** Text as it is, anything else as JSON. */
export const plainText = (json: Json | undefined): string => (typeof json === 'string' ? json : json === undefined ? '' : jsonText(json))
