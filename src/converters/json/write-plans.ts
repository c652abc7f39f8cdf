/** How values of a schema are written as JSON: worked out once a schema, for values that are still packed (write-values.ts) and for objects (write-objects.ts). */
import { dateName, decimalName, timeName, timestampName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { type JsonOptions, quoted } from './write.ts'

export type Kind = 'any' | 'integer' | 'float' | 'single' | 'boolean' | 'string' | 'bytes' | 'decimal' | 'date' | 'time' | 'timestamp' | 'array' | 'struct' | 'other'
export type Plan = {
  readonly kind: Kind
  /** Null is written as `null`. */
  readonly nullable: boolean
  readonly scale: number
  /** What a whole number must stay below, where its type has less than 64 bits. */
  readonly limit: number
  readonly schema: Schema | null
  readonly items: Plan | null
  readonly fields: readonly FieldPlan[]
}
/** `key`: `,"name":`, or `{"name":` for the first. */
export type FieldPlan = { readonly key: Buffer; readonly plan: Plan }

const logicalKinds: Readonly<Record<string, Kind>> = { [decimalName]: 'decimal', [dateName]: 'date', [timeName]: 'time', [timestampName]: 'timestamp' }
const kinds: Readonly<Record<string, Kind>> = {
  INT8: 'integer', INT16: 'integer', INT32: 'integer', INT64: 'integer', FLOAT32: 'single', FLOAT64: 'float', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes', ARRAY: 'array', STRUCT: 'struct',
}
const limits: Readonly<Record<string, number>> = { INT8: 2 ** 7, INT16: 2 ** 15, INT32: 2 ** 31 }
/** Schemaless. */
export const any: Plan = { kind: 'any', nullable: true, scale: 0, limit: Infinity, schema: null, items: null, fields: [] }

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

const maxPlans = 1000
/** The plans of a converter, kept from batch to batch. */
export class WritePlans {
  readonly #options: JsonOptions
  readonly #plans = new Map<Schema, Plan>()

  constructor(options: JsonOptions) {
    this.#options = options
  }
  of(schema: Schema | null): Plan {
    if (schema === null) return any
    let plan = this.#plans.get(schema)
    if (plan === undefined) {
      if (this.#plans.size >= maxPlans) this.#plans.clear()
      this.#plans.set(schema, (plan = planOf(schema, this.#options)))
    }
    return plan
  }
}
