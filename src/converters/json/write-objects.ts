/**
 * Values as JavaScript has them (after transformations) straight to JSON bytes, by a plan per schema. What it does not know (defaults
 * that stand in for nulls, wrong types, maps …) it leaves to the general writer (write.ts), which has the errors too.
 */
import { isJavaLong, JavaFloating } from '../../data/java-double.ts'
import { javaFloat } from '../../data/java-number.ts'
import { Decimal } from '../../data/logical.ts'
import { isPlainObject, Struct } from '../../data/struct.ts'
import type { Schema } from '../../data/schema.ts'
import type { Scratch } from '../columns.ts'
import { any, type FieldPlan, type Plan, type WritePlans } from './write-plans.ts'
import { base64, date, double, floating, integer, string, text } from './write-tokens.ts'

const maxDepth = 100

export class ObjectsJson {
  readonly #plans: WritePlans

  constructor(plans: WritePlans) {
    this.#plans = plans
  }
  /** False when the general writer has to do it; some bytes may have been written then. */
  write(value: unknown, schema: Schema | null, to: Scratch): boolean {
    return this.#value(value, this.#plans.of(schema), to, 0)
  }

  #value(value: unknown, plan: Plan, to: Scratch, depth: number): boolean {
    if (value === null || value === undefined) return plan.nullable && text(to, 'null')
    switch (plan.kind) {
      case 'any':
        return this.#any(value, to, depth)
      case 'integer':
        if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 && value >= -plan.limit && value < plan.limit && integer(to, value)
        return typeof value === 'bigint' && plan.limit === Infinity && BigInt.asIntN(64, value) === value && text(to, String(value))
      case 'float':
        return typeof value === 'number' && double(to, value)
      case 'single':
        return typeof value === 'number' && floating(to, javaFloat(value))
      case 'boolean':
        return typeof value === 'boolean' && text(to, value ? 'true' : 'false')
      case 'string':
        return typeof value === 'string' && string(to, value)
      case 'bytes':
        return value instanceof Uint8Array && base64(to, value, 0, value.length)
      case 'decimal': {
        if (!(value instanceof Decimal) || value.scale !== plan.scale) return false
        const bytes = value.toBytes()
        return base64(to, bytes, 0, bytes.length)
      }
      case 'date':
      case 'time':
      case 'timestamp':
        return value instanceof Date && date(to, plan.kind, value.getTime())
      case 'array':
        return Array.isArray(value) && this.#array(value, plan.items ?? any, to, depth)
      case 'struct':
        return value instanceof Struct && this.#struct(value, plan, to, depth)
      case 'other':
        return false
    }
  }
  #any(value: unknown, to: Scratch, depth: number): boolean {
    if (typeof value === 'string') return string(to, value)
    if (typeof value === 'number') return isJavaLong(value) ? integer(to, value) : double(to, value)
    if (typeof value === 'boolean') return text(to, value ? 'true' : 'false')
    if (Array.isArray(value)) return this.#array(value, any, to, depth)
    if (value instanceof Uint8Array) return base64(to, value, 0, value.length)
    if (isPlainObject(value)) return this.#object(value, to, depth)
    return value instanceof JavaFloating && floating(to, value.toString())
  }

  #struct(struct: Struct, plan: Plan, to: Scratch, depth: number): boolean {
    const { schema, fields } = plan
    if (schema === null || depth >= maxDepth || (struct.schema !== schema && !struct.schema.equals(schema))) return false
    if (fields.length === 0) return text(to, '{}')
    for (let index = 0; index < fields.length; index++) {
      const { key, plan: inner } = fields[index] as FieldPlan
      to.copy(key, 0, key.length)
      if (!this.#value(struct.at(index), inner, to, depth + 1)) return false
    }
    return text(to, '}')
  }
  #object(object: Readonly<Record<string, unknown>>, to: Scratch, depth: number): boolean {
    if (depth >= maxDepth) return false
    const keys = Object.keys(object)
    text(to, '{')
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index] as string
      if (index > 0) text(to, ',')
      string(to, key)
      text(to, ':')
      if (!this.#value(object[key], any, to, depth + 1)) return false
    }
    return text(to, '}')
  }
  #array(items: readonly unknown[], plan: Plan, to: Scratch, depth: number): boolean {
    if (depth >= maxDepth) return false
    text(to, '[')
    for (let index = 0; index < items.length; index++) {
      if (index > 0) text(to, ',')
      if (!this.#value(items[index], plan, to, depth + 1)) return false
    }
    return text(to, ']')
  }
}
