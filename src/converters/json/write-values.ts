/**
 * Tagged values (wire/values.ts) straight to JSON bytes, by a plan per schema: no value is made on the way. What it does not know
 * (defaults that stand in for nulls, wrong types, maps by pairs …) it leaves to the general writer, which has the errors too.
 */
import { javaDouble, javaFloat } from '../../data/java-number.ts'
import { isJavaLong } from '../../data/java-double.ts'
import { dateName, decimalName, msPerDay, timeName, timestampName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { ValuesCursor } from '../../wire/values-cursor.ts'
import { Tag } from '../../wire/values.ts'
import type { Scratch } from '../columns.ts'
import { escapeInto } from './text.ts'
import { type JsonOptions, quoted } from './write.ts'

type Kind = 'any' | 'integer' | 'float' | 'single' | 'boolean' | 'string' | 'bytes' | 'decimal' | 'date' | 'time' | 'timestamp' | 'array' | 'struct' | 'other'
type Plan = {
  readonly kind: Kind
  /** Null is written as `null`. */
  readonly nullable: boolean
  readonly scale: number
  /** What a whole number must stay below, where its type has less than 64 bits. */
  readonly limit: number
  readonly schema: Schema | null
  readonly items: Plan | null
  /** `,"name":` (or `{"name":` for the first) and how the value goes. */
  readonly fields: readonly { readonly key: Buffer; readonly plan: Plan }[]
}

const logicalKinds: Readonly<Record<string, Kind>> = { [decimalName]: 'decimal', [dateName]: 'date', [timeName]: 'time', [timestampName]: 'timestamp' }
const kinds: Readonly<Record<string, Kind>> = {
  INT8: 'integer', INT16: 'integer', INT32: 'integer', INT64: 'integer', FLOAT32: 'single', FLOAT64: 'float', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes', ARRAY: 'array', STRUCT: 'struct',
}
const limits: Readonly<Record<string, number>> = { INT8: 2 ** 7, INT16: 2 ** 15, INT32: 2 ** 31 }
const any: Plan = { kind: 'any', nullable: true, scale: 0, limit: Infinity, schema: null, items: null, fields: [] }

const planOf = (schema: Schema | null, options: JsonOptions): Plan => {
  if (schema === null) return any
  // a plan of one that contains itself would have no end
  if (schema.isRecursive) return { ...any, kind: 'other', nullable: false }
  const scale = Number(schema.parameters?.get('scale'))
  let kind = logicalKinds[schema.name ?? ''] ?? kinds[schema.type] ?? 'other'
  if (kind === 'decimal' && (options.decimalNumeric || !Number.isInteger(scale))) kind = 'other'
  return {
    kind, scale, limit: limits[schema.type] ?? Infinity, schema, nullable: schema.isOptional && (schema.defaultValue === undefined || !options.replaceNullWithDefault),
    items: kind === 'array' ? planOf(schema.valueSchema, options) : null,
    fields: kind !== 'struct' ? [] : schema.fields.map((field, index) => ({ key: Buffer.from(`${index === 0 ? '{' : ','}${quoted(field.name)}:`), plan: planOf(field.schema, options) })),
  }
}

const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
const maxDepth = 100
const maxPlans = 1000

export class ValuesJson {
  readonly #options: JsonOptions
  readonly #plans = new Map<Schema, Plan>()
  #cursor = new ValuesCursor({ kind: 'values', data: new Uint8Array(0), strings: { kind: 'utf8', lengths: new Int32Array(0), bytes: new Uint8Array(0) }, names: [] })
  #names: readonly (Buffer | undefined)[] = []
  #schemas: readonly Schema[] = []

  constructor(options: JsonOptions) {
    this.#options = options
  }
  /** The column whose rows are written next, front to back. */
  begin(cursor: ValuesCursor, names: readonly string[], schemas: readonly Schema[]): void {
    this.#cursor = cursor
    this.#names = names.map((name) => Buffer.from(`${quoted(name)}:`))
    this.#schemas = schemas
  }

  /** Writes the cursor's next value; false when the general writer has to do it. The cursor may be anywhere in the value then. */
  write(schema: Schema | null, to: Scratch): boolean {
    let plan = schema === null ? any : this.#plans.get(schema)
    if (plan === undefined) {
      if (this.#plans.size >= maxPlans) this.#plans.clear()
      this.#plans.set(schema as Schema, (plan = planOf(schema, this.#options)))
    }
    return this.#value(plan, to, 0)
  }

  #value(plan: Plan, to: Scratch, depth: number): boolean {
    const cursor = this.#cursor
    const tag = cursor.tag()
    if (tag === Tag.NULL) return plan.nullable && text(to, 'null')
    switch (plan.kind) {
      case 'any':
        return this.#any(tag, to, depth)
      case 'integer':
        return this.#integer(tag, to, plan.limit)
      case 'float':
        if (tag === Tag.INT) return double(to, cursor.int())
        return tag === Tag.FLOAT && double(to, cursor.float())
      case 'single':
        if (tag === Tag.INT) return floating(to, javaFloat(cursor.int()))
        return tag === Tag.FLOAT && floating(to, javaFloat(cursor.float()))
      case 'boolean':
        return (tag === Tag.TRUE || tag === Tag.FALSE) && text(to, tag === Tag.TRUE ? 'true' : 'false')
      case 'string':
        return tag === Tag.STRING && this.#string(to)
      case 'bytes':
        return tag === Tag.BYTES && this.#base64(to)
      case 'decimal':
        return tag === Tag.DECIMAL && cursor.int() === plan.scale && this.#base64(to)
      case 'date':
      case 'time':
      case 'timestamp':
        return tag === Tag.DATE && date(to, plan.kind, cursor.float())
      case 'array':
        return tag === Tag.ARRAY && this.#array(plan.items ?? any, to, depth)
      case 'struct':
        return tag === Tag.STRUCT && this.#struct(plan, to, depth)
      case 'other':
        return false
    }
  }

  #any(tag: number, to: Scratch, depth: number): boolean {
    const cursor = this.#cursor
    switch (tag) {
      case Tag.TRUE:
      case Tag.FALSE:
        return text(to, tag === Tag.TRUE ? 'true' : 'false')
      case Tag.INT:
      case Tag.BIGINT:
        return this.#integer(tag, to, Infinity)
      case Tag.FLOAT: {
        const value = cursor.float()
        return isJavaLong(value) ? text(to, String(BigInt(value))) : double(to, value)
      }
      case Tag.DOUBLE:
        return double(to, cursor.float())
      case Tag.STRING:
        return this.#string(to)
      case Tag.BYTES:
        return this.#base64(to)
      case Tag.ARRAY:
        return this.#array(any, to, depth)
      case Tag.OBJECT:
        return this.#object(to, depth)
      default:
        return false
    }
  }

  #integer(tag: number, to: Scratch, limit: number): boolean {
    const cursor = this.#cursor
    if (tag === Tag.INT) {
      const value = cursor.int()
      return value >= -limit && value < limit && text(to, String(value))
    }
    if (limit !== Infinity) return false
    if (tag === Tag.BIGINT) return text(to, String(cursor.bigint()))
    if (tag !== Tag.FLOAT) return false
    const value = cursor.float()
    if (!(Math.abs(value) < 2 ** 63)) return false
    return Number.isInteger(value) && text(to, Number.isSafeInteger(value) && value !== 0 ? String(value) : String(BigInt(value)))
  }

  #struct(plan: Plan, to: Scratch, depth: number): boolean {
    const schema = this.#schemas[this.#cursor.count()]
    if (schema === undefined || plan.schema === null || depth >= maxDepth || (schema !== plan.schema && !schema.equals(plan.schema))) return false
    const { fields } = plan
    if (fields.length === 0) return text(to, '{}')
    for (let index = 0; index < fields.length; index++) {
      const { key, plan: inner } = fields[index] as (typeof fields)[number]
      to.copy(key, 0, key.length)
      if (!this.#value(inner, to, depth + 1)) return false
    }
    return text(to, '}')
  }
  #object(to: Scratch, depth: number): boolean {
    if (depth >= maxDepth) return false
    const count = this.#cursor.count()
    text(to, '{')
    for (let index = 0; index < count; index++) {
      const name = this.#names[this.#cursor.count()]
      if (name === undefined) return false
      if (index > 0) text(to, ',')
      to.copy(name, 0, name.length)
      if (!this.#value(any, to, depth + 1)) return false
    }
    return text(to, '}')
  }
  #array(items: Plan, to: Scratch, depth: number): boolean {
    if (depth >= maxDepth) return false
    const count = this.#cursor.count()
    text(to, '[')
    for (let index = 0; index < count; index++) {
      if (index > 0) text(to, ',')
      if (!this.#value(items, to, depth + 1)) return false
    }
    return text(to, ']')
  }

  #string(to: Scratch): boolean {
    const cursor = this.#cursor
    cursor.string()
    to.reserve(6 * (cursor.end - cursor.start) + 2)
    to.bytes[to.length++] = 0x22
    escapeInto(cursor.text, cursor.start, cursor.end, to)
    to.bytes[to.length++] = 0x22
    return true
  }

  #base64(to: Scratch): true {
    const cursor = this.#cursor
    cursor.bytes()
    const { data, start, end } = cursor
    to.reserve(Math.ceil((end - start) / 3) * 4 + 2)
    const out = to.bytes
    let at = to.length
    out[at++] = 0x22
    for (let index = start; index < end; index += 3) {
      const second = index + 1 < end ? (data[index + 1] as number) : 0
      const third = index + 2 < end ? (data[index + 2] as number) : 0
      const bits = ((data[index] as number) << 16) | (second << 8) | third
      out[at++] = alphabet[bits >> 18] as number
      out[at++] = alphabet[(bits >> 12) & 63] as number
      out[at++] = index + 1 < end ? (alphabet[(bits >> 6) & 63] as number) : 0x3d
      out[at++] = index + 2 < end ? (alphabet[bits & 63] as number) : 0x3d
    }
    out[at++] = 0x22
    to.length = at
    return true
  }
}

const text = (to: Scratch, ascii: string): true => {
  to.ascii(ascii)
  return true
}
/** NaN and the infinities are texts. */
const floating = (to: Scratch, java: string): true => text(to, /[a-z]/.test(java) ? `"${java}"` : java)
const double = (to: Scratch, value: number): true => {
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return text(to, Number.isInteger(value) ? `${value}.0` : String(value))
  return floating(to, javaDouble(value))
}
const date = (to: Scratch, kind: Kind, ms: number): boolean => {
  if (!Number.isSafeInteger(ms) || Object.is(ms, -0) || (kind === 'date' && ms % msPerDay !== 0) || (kind === 'time' && (ms < 0 || ms > msPerDay))) return false
  return text(to, String(kind === 'date' ? ms / msPerDay : ms))
}
