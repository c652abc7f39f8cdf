/**
 * Paths to fields (KIP-821). V1 takes the text as the name of a field. V2 knows dots between steps, and backticks around a step that
 * has dots itself: `a.b`, `` `a.b`.c ``; a backtick before a dot (or the end) is meant literally after a backslash.
 */
import { ConfigException } from '../data/errors.ts'
import { type Field, type Schema } from '../data/schema.ts'
import type { Struct } from '../data/struct.ts'
import { IllegalArgumentException } from './java-errors.ts'
import { entryOf, requireMapOrNull, requireStructOrNull, type SchemalessMap } from './requirements.ts'
import { fieldValue } from './structs.ts'

const purpose = 'nested field access'

export class FieldPath {
  readonly #steps: readonly string[]
  readonly #last: string
  readonly #isEmpty: boolean

  constructor(text: string, version: string) {
    const steps = version.toUpperCase() === 'V2' ? stepsOf(text) : [text]
    this.#steps = steps.slice(0, -1)
    this.#last = steps.at(-1) ?? ''
    this.#isEmpty = steps.length === 0
  }
  fieldIn(schema: Schema): Field | null {
    let current = schema
    for (const step of this.#steps) {
      const field = current.field(step)
      if (field === null) return null
      current = field.schema
    }
    return current.field(this.#last)
  }
  /** On the way defaults stand in for nulls; at the end only if asked. */
  valueIn(struct: Struct, replaceNull: boolean): unknown {
    let current = struct
    for (const step of this.#steps) {
      const field = current.schema.field(step)
      const next = field && requireStructOrNull(fieldValue(current, field, true), purpose, field.schema)
      if (next === null) return null
      current = next
    }
    const field = current.schema.field(this.#last)
    return field && fieldValue(current, field, replaceNull)
  }
  entryIn(map: SchemalessMap): unknown {
    // an empty path of V2 has no step at all, which Java finds out here
    if (this.#isEmpty) throw new IllegalArgumentException('The path of the field is empty')
    let current = map
    for (const step of this.#steps) {
      const next = requireMapOrNull(entryOf(current, step), purpose)
      if (next === null) return null
      current = next
    }
    return entryOf(current, this.#last)
  }
}

export const stepsOf = (path: string): readonly string[] => {
  const steps: string[] = []
  let at = 0
  while (at < path.length) {
    const { step, end } = path[at] === '`' ? quotedStep(path, at) : plainStep(path, at)
    steps.push(step)
    at = end
  }
  if (path.endsWith('.')) steps.push('')
  return steps
}
const plainStep = (path: string, start: number): { readonly step: string; readonly end: number } => {
  const dot = path.indexOf('.', start)
  return dot < 0 ? { step: path.slice(start), end: path.length } : { step: path.slice(start, dot), end: dot + 1 }
}
/** Ends at a backtick before a dot or the end that no backslash precedes. */
const quotedStep = (path: string, opening: number): { readonly step: string; readonly end: number } => {
  let step = ''
  let start = opening + 1
  for (let at = path.indexOf('`', start); at >= 0; at = path.indexOf('`', at + 1)) {
    const escaped = path[at - 1] === '\\'
    if (at === path.length - 1) {
      if (escaped) break
      return { step: step + path.slice(start, at), end: path.length }
    }
    if (path[at + 1] !== '.') continue
    if (!escaped) return { step: step + path.slice(start, at), end: at + 2 }
    step += `${path.slice(start, at - 1)}\``
    start = at + 1
  }
  throw new ConfigException(`Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick at position ${opening} to escape it`)
}
