/**
 * JSON documents straight into the tagged values of a column: no string, number object or tree is made for a record. It reads any
 * document whose structs have their fields in their order, and gives up on what is rarer (numbers of more than 18 digits, unpaired
 * surrogates, errors), leaving the writer as it was: such a row is read the long way (reader.ts), whose answer this one must equal.
 */
import { isUtf8 } from 'node:buffer'
import { isJavaLong } from '../../data/java-double.ts'
import { msPerDay } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import type { Utf8Texts } from '../../wire/utf8-texts.ts'
import type { ValuesWriter } from '../../wire/values.ts'
import { any, type FieldPlan, type Plan, type ScanPlans } from './scan-plans.ts'
import { backslash, close, closeList, colon, comma, isBlank, JsonTokens, open, openList, quote } from './scan-tokens.ts'

const maxDepth = 100

/**
 * A key of schemaless objects as it was met: its bytes are compared with what comes next before anything is looked up. `next` came
 * behind it in its object the last time, `first` came first in the object under it.
 */
type KnownKey = { readonly bytes: Buffer; readonly name: number; next: KnownKey | null; first: KnownKey | null }

export class JsonScanner {
  readonly #writer: ValuesWriter
  readonly #texts: Utf8Texts
  readonly #plans: ScanPlans
  readonly #tokens: JsonTokens
  readonly #keys = new Map<string, KnownKey>()
  readonly #root: KnownKey = { bytes: Buffer.alloc(0), name: 0, next: null, first: null }

  /** `careful`: texts are checked one by one; else the caller must check that all of `texts` together is UTF-8. */
  constructor(writer: ValuesWriter, texts: Utf8Texts, plans: ScanPlans, careful: boolean) {
    this.#writer = writer
    this.#texts = texts
    this.#plans = plans
    this.#tokens = new JsonTokens(careful)
  }

  /** Appends the document's value; false (and nothing appended) when it has to be read the long way. */
  scan(bytes: Buffer, start: number, end: number, schema: Schema | null): boolean {
    const tokens = this.#tokens
    tokens.begin(bytes, start, end)
    const length = this.#writer.length
    const texts = this.#texts.count
    if (this.#value(this.#plans.of(schema), 0)) {
      while (tokens.at < end && isBlank(bytes[tokens.at])) tokens.at++
      if (tokens.at === end) return true
    }
    this.#writer.rollback(length)
    this.#texts.rollback(texts)
    return false
  }

  #value(plan: Plan, depth: number): boolean {
    const tokens = this.#tokens
    const byte = tokens.next()
    if (byte === 0x6e) return plan.nullable && this.#null()
    switch (plan.kind) {
      case 'integer':
        return this.#integer(plan)
      case 'date':
        return this.#within(plan) && this.#date(tokens.number * msPerDay)
      case 'time':
      case 'timestamp':
        return this.#within(plan) && this.#date(tokens.number)
      case 'float':
        return (tokens.digits() >= 0 || tokens.longNumber()) && this.#number(tokens.number)
      case 'single':
        return (tokens.digits() >= 0 || tokens.longNumber()) && this.#number(Math.fround(tokens.number))
      case 'boolean':
        return this.#boolean(byte)
      case 'string':
        return this.#text()
      case 'bytes':
      case 'decimal':
        return this.#base64(plan)
      case 'struct':
        return this.#struct(plan, depth)
      case 'array':
        return this.#array(plan.items ?? any, depth, this.#root)
      case 'map':
        return this.#map(plan.items ?? any, depth)
      case 'any':
        return this.#any(depth, this.#root)
      case 'other':
        return false
    }
  }

  #null(): boolean {
    this.#writer.nothing()
    return this.#tokens.word(0x75, 0x6c, 0x6c)
  }
  #boolean(byte: number): boolean {
    const tokens = this.#tokens
    this.#writer.boolean(byte === 0x74)
    if (byte === 0x74) return tokens.word(0x72, 0x75, 0x65)
    return byte === 0x66 && tokens.bytes[++tokens.at] === 0x61 && tokens.word(0x6c, 0x73, 0x65)
  }
  #number(value: number): true {
    this.#writer.number(value)
    return true
  }
  #date(ms: number): true {
    this.#writer.date(ms)
    return true
  }
  #text(): boolean {
    this.#writer.textTag()
    return this.#tokens.text(this.#texts)
  }
  #within(plan: Plan): boolean {
    const tokens = this.#tokens
    return tokens.digits() === 0 && tokens.number >= plan.least && tokens.number <= plan.most
  }
  #integer(plan: Plan): boolean {
    return this.#within(plan) ? this.#number(this.#tokens.number) : plan.schema?.type === 'INT64' && this.#long()
  }
  /** More digits than a double is sure to hold. */
  #long(): boolean {
    const value = this.#tokens.longInteger()
    if (value === null) return false
    const near = Number(value)
    if (Number.isSafeInteger(near)) this.#writer.number(near)
    else this.#writer.bigint(value)
    return true
  }
  #base64(plan: Plan): boolean {
    const length = this.#tokens.base64Length()
    if (length < 0 || (plan.kind === 'decimal' && length === 0)) return false
    const to = plan.kind === 'decimal' ? this.#writer.decimalBytes(plan.scale, length) : this.#writer.bytes(length)
    return this.#tokens.base64Into(this.#writer.data, to)
  }

  #struct({ fields, schema }: Plan, depth: number): boolean {
    const tokens = this.#tokens
    const { bytes } = tokens
    if (bytes[tokens.at] !== open || schema === null || depth >= maxDepth) return false
    this.#writer.struct(schema)
    const last = fields.length - 1
    for (let index = 0; index <= last; index++) {
      const field = fields[index] as FieldPlan
      tokens.at++ // the brace or a comma
      if (!this.#key(field.key) || !this.#value(field.plan, depth + 1)) return false
      if (tokens.next() !== (index === last ? close : comma)) return false
    }
    if (last < 0) {
      tokens.at++
      if (tokens.next() !== close) return false
    }
    tokens.at++
    return true
  }
  /** This key (quoted, with its colon), and no other. */
  #key(key: Buffer): boolean {
    const tokens = this.#tokens
    const { bytes } = tokens
    tokens.next()
    const name = key.length - 1
    for (let at = 0; at < name; at++) if (bytes[tokens.at + at] !== key[at]) return false
    tokens.at += name
    if (tokens.next() !== colon) return false
    tokens.at++
    return true
  }

  #any(depth: number, owner: KnownKey): boolean {
    const tokens = this.#tokens
    const byte = tokens.next()
    if (byte === quote) return this.#text()
    if (byte === open) return this.#object(depth, owner)
    if (byte === openList) return this.#array(any, depth, owner)
    if (byte === 0x6e) return this.#null()
    if (byte === 0x74 || byte === 0x66) return this.#boolean(byte)
    const behind = tokens.digits()
    if (behind === 0) return this.#number(tokens.number)
    if (behind > 0) return this.#double(tokens.number)
    return this.#long() || (tokens.longNumber() && this.#double(tokens.number))
  }
  /** 1.0 without a schema is a Double in Java, and prints so. */
  #double(value: number): true {
    if (isJavaLong(value)) this.#writer.double(value)
    else this.#writer.number(value)
    return true
  }

  #object(depth: number, owner: KnownKey): boolean {
    const tokens = this.#tokens
    if (depth >= maxDepth) return false
    const place = this.#writer.object()
    let count = 0
    let before: KnownKey | null = null
    tokens.at++
    if (tokens.next() !== close) {
      for (;;) {
        const key = this.#knownKey(before === null ? owner.first : before.next)
        if (key === null) return false
        if (before === null) owner.first = key
        else before.next = key
        before = key
        count++
        this.#writer.name(key.name)
        if (!this.#any(depth + 1, key)) return false
        const next = tokens.next()
        if (next === close) break
        if (next !== comma) return false
        tokens.at++
        tokens.next()
      }
    }
    tokens.at++
    this.#writer.setCount(place, count)
    return true
  }
  /** The key that stands here, with the colon behind it; null for keys that need more care. */
  #knownKey(expected: KnownKey | null): KnownKey | null {
    const tokens = this.#tokens
    const { bytes } = tokens
    const start = tokens.at
    if (expected !== null) {
      const known = expected.bytes
      let at = 0
      while (at < known.length && bytes[start + at] === known[at]) at++
      if (at === known.length) {
        tokens.at += at
        return expected
      }
    }
    if (bytes[start] !== quote) return null
    let end = start + 1
    while (end < tokens.end && bytes[end] !== quote) if (bytes[end] === backslash || (bytes[end++] as number) < 0x20) return null
    tokens.at = end + 1
    if (tokens.next() !== colon || !isUtf8(bytes.subarray(start, end))) return null
    tokens.at++
    const text = bytes.toString('utf8', start + 1, end)
    let key = this.#keys.get(text)
    if (key === undefined) this.#keys.set(text, (key = { bytes: Buffer.concat([bytes.subarray(start, end + 1), Buffer.of(colon)]), name: this.#writer.nameIndex(text), next: null, first: null }))
    return key
  }

  #array(items: Plan, depth: number, owner: KnownKey): boolean {
    const tokens = this.#tokens
    if (tokens.bytes[tokens.at] !== openList || depth >= maxDepth) return false
    const place = this.#writer.array()
    let count = 0
    tokens.at++
    if (tokens.next() !== closeList) {
      for (;;) {
        count++
        if (!(items === any ? this.#any(depth + 1, owner) : this.#value(items, depth + 1))) return false
        const next = tokens.next()
        if (next === closeList) break
        if (next !== comma) return false
        tokens.at++
      }
    }
    tokens.at++
    this.#writer.setCount(place, count)
    return true
  }
  /** A map of text to values, which is an object in JSON. */
  #map(items: Plan, depth: number): boolean {
    const tokens = this.#tokens
    if (tokens.bytes[tokens.at] !== open || depth >= maxDepth) return false
    const place = this.#writer.map()
    let count = 0
    tokens.at++
    if (tokens.next() !== close) {
      for (;;) {
        count++
        if (!this.#text() || tokens.next() !== colon) return false
        tokens.at++
        if (!this.#value(items, depth + 1)) return false
        const next = tokens.next()
        if (next === close) break
        if (next !== comma) return false
        tokens.at++
        tokens.next()
      }
    }
    tokens.at++
    this.#writer.setCount(place, count)
    return true
  }
}
