/** How the documents of a schema are to be read by the scanner (scan.ts): worked out once a schema, kept from batch to batch. */
import { dateName, decimalName, msPerDay, timeName, timestampName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'

export type Plan = {
  readonly kind: 'integer' | 'date' | 'time' | 'timestamp' | 'float' | 'single' | 'boolean' | 'string' | 'bytes' | 'decimal' | 'struct' | 'array' | 'map' | 'any' | 'other'
  /** Null is written as null: optional, and no default stands in for it. */
  readonly nullable: boolean
  readonly least: number
  readonly most: number
  readonly scale: number
  readonly schema: Schema | null
  /** Of an array or of the values of a map. */
  readonly items: Plan | null
  readonly fields: readonly FieldPlan[]
}
/** `key`: the bytes of the quoted name with its colon. */
export type FieldPlan = { readonly key: Buffer; readonly plan: Plan }

const ranges: Readonly<Record<string, readonly [number, number]>> = { INT8: [-128, 127], INT16: [-32_768, 32_767], INT32: [-(2 ** 31), 2 ** 31 - 1], INT64: [-(2 ** 63), 2 ** 63] }
const logicalKinds: Readonly<Record<string, Plan['kind']>> = { [decimalName]: 'decimal', [dateName]: 'date', [timeName]: 'time', [timestampName]: 'timestamp' }
const kinds: Readonly<Record<string, Plan['kind']>> = {
  INT8: 'integer', INT16: 'integer', INT32: 'integer', INT64: 'integer', FLOAT32: 'single', FLOAT64: 'float', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes', STRUCT: 'struct', ARRAY: 'array', MAP: 'map',
}
const maxPlans = 1000
const leastExpectedBytes = 16 * 1024
const likely = (bytes: number): number => Math.max(leastExpectedBytes, Math.ceil(bytes * 1.1) + 64)

/** Schemaless. */
export const any: Plan = { kind: 'any', nullable: true, least: 0, most: 0, scale: 0, schema: null, items: null, fields: [] }

const kindOf = (schema: Schema, scale: number): Plan['kind'] => {
  const logical = schema.name === null ? undefined : logicalKinds[schema.name]
  if (logical === 'decimal' && !Number.isInteger(scale)) return 'other'
  const kind = logical ?? kinds[schema.type] ?? 'other'
  // other keys than text make a list of pairs
  return kind === 'map' && schema.keySchema !== null && schema.keySchema.type !== 'STRING' ? 'other' : kind
}
const planOf = (schema: Schema): Plan => {
  const scale = Number(schema.parameters?.get('scale'))
  const kind = kindOf(schema, scale)
  const [least, most] = kind === 'time' ? [0, msPerDay] : kind === 'timestamp' ? [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : (ranges[schema.type] ?? [0, 0])
  return {
    kind, nullable: schema.isOptional && schema.defaultValue === undefined, least, most, scale, schema,
    items: kind !== 'array' && kind !== 'map' ? null : schema.valueSchema === null ? any : planOf(schema.valueSchema),
    fields: kind !== 'struct' ? [] : schema.fields.map((field) => ({ key: Buffer.from(`${JSON.stringify(field.name)}:`), plan: planOf(field.schema) })),
  }
}

/** What a converter keeps from batch to batch. */
export class ScanPlans {
  readonly #plans = new Map<Schema, Plan>()
  /** As long as the next column is likely to be: buffers that need not grow are not copied. */
  expectedBytes = leastExpectedBytes
  expectedTextBytes = leastExpectedBytes
  expect(bytes: number, textBytes: number): void {
    this.expectedBytes = likely(bytes)
    this.expectedTextBytes = likely(textBytes)
  }
  of(schema: Schema | null): Plan {
    if (schema === null) return any
    let plan = this.#plans.get(schema)
    if (plan === undefined) {
      if (this.#plans.size >= maxPlans) this.#plans.clear()
      this.#plans.set(schema, (plan = planOf(schema)))
    }
    return plan
  }
}
