/**
 * Tagged values (wire/values.ts) straight to JSON bytes, by a plan per schema: no value is made on the way. What it does not know
 * (defaults that stand in for nulls, wrong types, maps by pairs …) it leaves to the general writer, which has the errors too.
 */
import { isJavaLong } from '../../data/java-double.ts'
import { javaFloat } from '../../data/java-number.ts'
import type { Schema } from '../../data/schema.ts'
import { ValuesCursor } from '../../wire/values-cursor.ts'
import { Tag } from '../../wire/values.ts'
import type { Scratch } from '../columns.ts'
import { escapeInto } from './text.ts'
import { any, type FieldPlan, type Plan, type WritePlans } from './write-plans.ts'
import { base64, date, double, floating, integer, text } from './write-tokens.ts'
import { quoted } from './write.ts'

const maxDepth = 100

export class ValuesJson {
  readonly #plans: WritePlans
  #cursor = new ValuesCursor({ kind: 'values', data: new Uint8Array(0), strings: { kind: 'utf8', lengths: new Int32Array(0), bytes: new Uint8Array(0) }, names: [] })
  #names: readonly (Buffer | undefined)[] = []
  #schemas: readonly Schema[] = []

  constructor(plans: WritePlans) {
    this.#plans = plans
  }
  /** The column whose rows are written next, front to back. */
  begin(cursor: ValuesCursor, names: readonly string[], schemas: readonly Schema[]): void {
    this.#cursor = cursor
    this.#names = names.map((name) => Buffer.from(`${quoted(name)}:`))
    this.#schemas = schemas
  }

  /** Writes the cursor's next value; false when the general writer has to do it. The cursor may be anywhere in the value then. */
  write(schema: Schema | null, to: Scratch): boolean {
    return this.#value(this.#plans.of(schema), to, 0)
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
        return isJavaLong(value) ? integer(to, value) : double(to, value)
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
      return value >= -limit && value < limit && integer(to, value)
    }
    if (limit !== Infinity) return false
    if (tag === Tag.BIGINT) return text(to, String(cursor.bigint()))
    if (tag !== Tag.FLOAT) return false
    const value = cursor.float()
    if (!(Math.abs(value) < 2 ** 63)) return false
    return Number.isInteger(value) && integer(to, value)
  }

  #struct(plan: Plan, to: Scratch, depth: number): boolean {
    const schema = this.#schemas[this.#cursor.count()]
    if (schema === undefined || plan.schema === null || depth >= maxDepth || (schema !== plan.schema && !schema.equals(plan.schema))) return false
    const { fields } = plan
    if (fields.length === 0) return text(to, '{}')
    for (let index = 0; index < fields.length; index++) {
      const { key, plan: inner } = fields[index] as FieldPlan
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
    return base64(to, cursor.data, cursor.start, cursor.end)
  }
}
