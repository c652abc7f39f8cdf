/**
 * JSON documents straight into the tagged values of a column: no string, number object or tree is made for a record. It reads what
 * JsonConverter writes (no white space, fields of a struct in their order, plain strings, numbers of at most 15 digits) and gives up
 * on the rest, leaving the writer as it was: such a row is read the long way (reader.ts), whose answer this one must equal.
 */
import { isUtf8 } from 'node:buffer'
import { dateName, decimalName, msPerDay, timeName, timestampName } from '../../data/logical.ts'
import { isJavaLong } from '../../data/java-double.ts'
import { doubleOfText } from './parse.ts'
import type { Schema } from '../../data/schema.ts'
import type { Utf8Texts } from '../../wire/utf8-texts.ts'
import type { ValuesWriter } from '../../wire/values.ts'

type Plan = {
  readonly kind: 'integer' | 'date' | 'time' | 'timestamp' | 'float' | 'single' | 'boolean' | 'string' | 'bytes' | 'decimal' | 'struct' | 'array' | 'any' | 'other'
  /** Null is written as null: optional, and no default stands in for it. */
  readonly nullable: boolean
  readonly least: number
  readonly most: number
  readonly scale: number
  readonly schema: Schema | null
  readonly items: Plan | null
  readonly fields: readonly { readonly key: Buffer; readonly plan: Plan }[]
}

const ranges: Readonly<Record<string, readonly [number, number]>> = { INT8: [-128, 127], INT16: [-32_768, 32_767], INT32: [-(2 ** 31), 2 ** 31 - 1], INT64: [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] }
const logicalKinds: Readonly<Record<string, Plan['kind']>> = { [decimalName]: 'decimal', [dateName]: 'date', [timeName]: 'time', [timestampName]: 'timestamp' }
const kinds: Readonly<Record<string, Plan['kind']>> = {
  INT8: 'integer', INT16: 'integer', INT32: 'integer', INT64: 'integer', FLOAT32: 'single', FLOAT64: 'float', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes', STRUCT: 'struct', ARRAY: 'array',
}

/** Schemaless. */
const any: Plan = { kind: 'any', nullable: true, least: 0, most: 0, scale: 0, schema: null, items: null, fields: [] }
const planOf = (schema: Schema): Plan => {
  const scale = Number(schema.parameters?.get('scale'))
  const logical = schema.name === null ? undefined : logicalKinds[schema.name]
  const kind = (logical === 'decimal' && !Number.isInteger(scale) ? 'other' : logical) ?? kinds[schema.type] ?? 'other'
  const [least, most] = kind === 'time' ? [0, msPerDay] : kind === 'timestamp' ? ranges['INT64'] as readonly [number, number] : (ranges[schema.type] ?? [0, 0])
  return {
    kind, nullable: schema.isOptional && schema.defaultValue === undefined, least, most, scale, schema,
    items: kind !== 'array' ? null : schema.valueSchema === null ? any : planOf(schema.valueSchema),
    fields: kind !== 'struct' ? [] : schema.fields.map((field) => ({ key: Buffer.from(`${JSON.stringify(field.name)}:`), plan: planOf(field.schema) })),
  }
}

const quote = 0x22, backslash = 0x5c, comma = 0x2c, minus = 0x2d, dot = 0x2e, zero = 0x30, nine = 0x39, colon = 0x3a, open = 0x7b, close = 0x7d, openList = 0x5b, closeList = 0x5d
/** Counts that fit the one byte kept for them. */
const maxShortCount = 127
const maxKnownKeys = 1000
const maxNumberChars = 40
const maxDepth = 100
const maxPlans = 1000
const maxDigits = 15
const powers = Array.from({ length: maxDigits + 1 }, (_, exponent) => 10 ** exponent)
const base64 = new Int8Array(256).fill(-1)
for (const [value, char] of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').entries()) base64[char] = value

/** What a converter keeps from batch to batch. */
export class ScanPlans {
  readonly #plans = new Map<Schema, Plan>()
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

export class JsonScanner {
  readonly #writer: ValuesWriter
  readonly #texts: Utf8Texts
  readonly #plans: ScanPlans
  /** Keys of schemaless objects in the order met in a document: the next document mostly has the same. */
  readonly #keys: { readonly bytes: Buffer; readonly name: number }[] = []
  #key = 0
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0
  /** Of the number last read. */
  #number = 0

  constructor(writer: ValuesWriter, texts: Utf8Texts, plans: ScanPlans) {
    this.#writer = writer
    this.#texts = texts
    this.#plans = plans
  }

  /** Appends the document's value; false (and nothing appended) when it has to be read the long way. */
  scan(bytes: Buffer, start: number, end: number, schema: Schema | null): boolean {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#key = 0
    const length = this.#writer.length
    const texts = this.#texts.count
    if (this.#value(this.#plans.of(schema), 0) && this.#at === end) return true
    this.#writer.rollback(length)
    this.#texts.rollback(texts)
    return false
  }

  #value(plan: Plan, depth: number): boolean {
    const byte = this.#bytes[this.#at] as number
    if (byte === 0x6e) return plan.nullable && this.#word(0x75, 0x6c, 0x6c) && this.#put(null)
    switch (plan.kind) {
      case 'integer':
        return this.#integer(plan) && this.#put(this.#number)
      case 'date':
        return this.#integer(plan) && this.#date(this.#number * msPerDay)
      case 'time':
      case 'timestamp':
        return this.#integer(plan) && this.#date(this.#number)
      case 'float':
        return (this.#digits() >= 0 || this.#longNumber()) && this.#put(this.#number)
      case 'single':
        return (this.#digits() >= 0 || this.#longNumber()) && this.#put(Math.fround(this.#number))
      case 'boolean':
        return this.#boolean(byte)
      case 'string':
        return this.#string()
      case 'bytes':
      case 'decimal':
        return this.#base64(plan)
      case 'struct':
        return this.#struct(plan, depth)
      case 'array':
        return this.#array(plan.items ?? any, depth)
      case 'any':
        return this.#any(byte, depth)
      case 'other':
        return false
    }
  }
  #put(value: number | boolean | null): true {
    this.#writer.write(value)
    return true
  }
  #date(ms: number): true {
    this.#writer.date(ms)
    return true
  }

  #any(byte: number, depth: number): boolean {
    if (byte === quote) return this.#string()
    if (byte === open) return this.#object(depth)
    if (byte === openList) return this.#array(any, depth)
    if (byte === 0x74 || byte === 0x66) return this.#boolean(byte)
    const behind = this.#digits()
    if (behind === 0) return this.#put(this.#number)
    if (behind < 0) return this.#longNumber() && !isJavaLong(this.#number) && this.#put(this.#number)
    // 1.0 is a Double in Java, and prints so
    if (isJavaLong(this.#number)) this.#writer.double(this.#number)
    else this.#writer.write(this.#number)
    return true
  }

  #struct(plan: Plan, depth: number): boolean {
    const bytes = this.#bytes
    const { fields, schema } = plan
    if (bytes[this.#at] !== open || schema === null || depth >= maxDepth) return false
    this.#writer.struct(schema)
    for (let index = 0; index < fields.length; index++) {
      const { key, plan: inner } = fields[index] as (typeof fields)[number]
      this.#at++ // the brace or a comma
      for (let at = 0; at < key.length; at++) if (bytes[this.#at + at] !== key[at]) return false
      this.#at += key.length
      if (!this.#value(inner, depth + 1)) return false
      if (bytes[this.#at] !== (index === fields.length - 1 ? close : comma)) return false
    }
    if (fields.length === 0 && bytes[++this.#at] !== close) return false
    this.#at++
    return true
  }

  #object(depth: number): boolean {
    if (depth >= maxDepth) return false
    const place = this.#writer.object()
    let count = 0
    if (this.#bytes[++this.#at] === close) this.#at++
    else {
      for (;;) {
        const name = this.#name()
        if (name < 0 || ++count > maxShortCount) return false
        this.#writer.name(name)
        if (!this.#value(any, depth + 1)) return false
        const next = this.#bytes[this.#at++]
        if (next === close) break
        if (next !== comma) return false
      }
    }
    this.#writer.setCount(place, count)
    return true
  }
  /** The index of a key's name, with the colon behind it; -1 for keys that need more care. */
  #name(): number {
    const bytes = this.#bytes
    const start = this.#at
    const known = this.#keys[this.#key]
    let at = 0
    if (known !== undefined) while (at < known.bytes.length && bytes[start + at] === known.bytes[at]) at++
    if (known !== undefined && at === known.bytes.length) {
      this.#at += at
      this.#key++
      return known.name
    }
    if (bytes[start] !== quote) return -1
    let end = start + 1
    while (end < this.#end && bytes[end] !== quote) if (bytes[end] === backslash || (bytes[end++] as number) < 0x20) return -1
    if (bytes[end + 1] !== colon || !isUtf8(bytes.subarray(start, end))) return -1
    const name = this.#writer.nameIndex(bytes.toString('utf8', start + 1, end))
    if (this.#key < maxKnownKeys) this.#keys[this.#key++] = { bytes: Buffer.from(bytes.subarray(start, end + 2)), name }
    this.#at = end + 2
    return name
  }

  #array(items: Plan, depth: number): boolean {
    if (this.#bytes[this.#at] !== openList || depth >= maxDepth) return false
    const place = this.#writer.array()
    let count = 0
    if (this.#bytes[++this.#at] === closeList) this.#at++
    else {
      for (;;) {
        if (++count > maxShortCount || !this.#value(items, depth + 1)) return false
        const next = this.#bytes[this.#at++]
        if (next === closeList) break
        if (next !== comma) return false
      }
    }
    this.#writer.setCount(place, count)
    return true
  }

  #boolean(byte: number): boolean {
    if (byte === 0x74) return this.#word(0x72, 0x75, 0x65) && this.#put(true)
    if (byte !== 0x66 || this.#bytes[++this.#at] !== 0x61) return false
    return this.#word(0x6c, 0x73, 0x65) && this.#put(false)
  }
  /** The three bytes behind this one. */
  #word(a: number, b: number, c: number): boolean {
    const bytes = this.#bytes
    const at = this.#at
    this.#at += 4
    return bytes[at + 1] === a && bytes[at + 2] === b && bytes[at + 3] === c
  }

  #integer(plan: Plan): boolean {
    return this.#digits() === 0 && this.#number >= plan.least && this.#number <= plan.most
  }

  /**
   * Reads a number into `#number` and returns how many digits stand behind the dot; -1 for anything that needs more care. With at most
   * 15 digits both the digits and the power of ten are exact doubles, so that their quotient is the nearest one, as from the text.
   */
  #digits(): number {
    const bytes = this.#bytes
    let at = this.#at
    const isNegative = bytes[at] === minus
    if (isNegative) at++
    const first = at
    let value = 0
    let fraction = -1
    let digits = 0
    for (; ; at++) {
      const byte = bytes[at] as number
      if (byte >= zero && byte <= nine) {
        value = value * 10 + byte - zero
        digits++
      } else if (byte === dot && fraction < 0 && digits > 0) fraction = digits
      else break
    }
    if (digits === 0 || digits > maxDigits || fraction === digits || (bytes[first] === zero && digits > 1 && fraction !== 1) || !this.#endsValue(at)) return -1
    this.#at = at
    const behind = fraction < 0 ? 0 : digits - fraction
    const whole = behind === 0 ? value : value / (powers[behind] as number)
    // Kafka reads decimals, which have no -0
    this.#number = isNegative && whole !== 0 ? -whole : whole
    return behind
  }
  /** A floating point number of any length, by its text. */
  #longNumber(): boolean {
    const bytes = this.#bytes
    let at = this.#at
    while (at < this.#end && at - this.#at < maxNumberChars && !this.#endsValue(at)) at++
    const text = bytes.toString('latin1', this.#at, at)
    if (!this.#endsValue(at) || !/^-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)$/.test(text)) return false
    this.#at = at
    this.#number = doubleOfText(text)
    return true
  }
  #endsValue(at: number): boolean {
    const byte = this.#bytes[at]
    return at === this.#end || byte === comma || byte === close || byte === closeList
  }

  /** Text without escapes. */
  #string(): boolean {
    const bytes = this.#bytes
    if (bytes[this.#at] !== quote) return false
    const start = this.#at + 1
    let at = start
    let seen = 0
    for (; at < this.#end; at++) {
      const byte = bytes[at] as number
      if (byte === quote) break
      if (byte === backslash || byte < 0x20) return false
      seen |= byte
    }
    if (at >= this.#end || (seen >= 0x80 && !isUtf8(bytes.subarray(start, at)))) return false
    this.#writer.textTag()
    this.#texts.addRange(bytes, start, at)
    this.#at = at + 1
    return true
  }

  /** Canonical base64: what Java writes. */
  #base64(plan: Plan): boolean {
    const bytes = this.#bytes
    if (bytes[this.#at] !== quote) return false
    const start = this.#at + 1
    let end = start
    while (end < this.#end && bytes[end] !== quote) end++
    if (end >= this.#end || (end - start) % 4 !== 0) return false
    this.#at = end + 1
    if (bytes[end - 1] === 0x3d && end > start) end -= bytes[end - 2] === 0x3d ? 2 : 1
    const length = Math.floor(((end - start) * 3) / 4)
    if (plan.kind === 'decimal' && length === 0) return false
    let to = plan.kind === 'decimal' ? this.#writer.decimalBytes(plan.scale, length) : this.#writer.bytes(length)
    const data = this.#writer.data
    let bits = 0
    let held = 0
    for (let at = start; at < end; at++) {
      const value = base64[bytes[at] as number] as number
      if (value < 0) return false
      bits = ((bits << 6) | value) & 0xffff
      held += 6
      if (held >= 8) {
        held -= 8
        data[to++] = (bits >> held) & 0xff
      }
    }
    return (bits & ((1 << held) - 1)) === 0
  }
}
