/** Record headers: an ordered list of key, value and schema in which keys may repeat (Kafka's ConnectHeaders), for both sides. */
import { DataException } from './errors.ts'
import { javaText } from './java-text.ts'
import { dateName, Decimal, decimalName, fromLogical, timeName, timestampName } from './logical.ts'
import type { Schema } from './schema.ts'
import { schemas, SchemaBuilder } from './schema-builder.ts'
import { isPlainObject, Struct } from './struct.ts'

export type HeaderLike = { readonly key: string; readonly value: unknown; readonly schema?: Schema | null }
/** What becomes of a header: another one, or null to remove it. */
export type HeaderTransform = (header: ConnectHeader) => HeaderLike | null

export class ConnectHeader implements HeaderLike {
  readonly key: string
  readonly value: unknown
  /** A struct without a schema given has its own. */
  readonly schema: Schema | null

  constructor(key: string, value: unknown, schema: Schema | null = null) {
    if (key == null) throw new DataException('Null header keys are not permitted')
    this.key = key
    this.value = value ?? null
    this.schema = schema ?? (value instanceof Struct ? value.schema : null)
  }
  static of(header: HeaderLike): ConnectHeader {
    return header instanceof ConnectHeader ? header : new ConnectHeader(header.key, header.value, header.schema)
  }
  rename(key: string): ConnectHeader {
    return key === this.key ? this : new ConnectHeader(key, this.value, this.schema)
  }
  with(schema: Schema | null, value: unknown): ConnectHeader {
    return new ConnectHeader(this.key, value, schema)
  }
  toString(): string {
    return `ConnectHeader(key=${this.key}, value=${javaText(this.value, this.schema)}, schema=${String(this.schema)})`
  }
}

export class ConnectHeaders implements Iterable<ConnectHeader> {
  #headers: ConnectHeader[]

  constructor(original: Iterable<HeaderLike> | null = null) {
    this.#headers = original === null ? [] : original instanceof ConnectHeaders ? [...original.#headers] : Array.from(original, (header) => ConnectHeader.of(header))
  }
  get size(): number {
    return this.#headers.length
  }
  get isEmpty(): boolean {
    return this.#headers.length === 0
  }
  [Symbol.iterator](): ArrayIterator<ConnectHeader> {
    return this.#headers[Symbol.iterator]()
  }

  clear(): this {
    this.#headers = []
    return this
  }
  /** A header as it is, or key, value and schema, which must fit together. */
  add(header: HeaderLike): this
  add(key: string, value: unknown, schema: Schema | null): this
  add(keyOrHeader: string | HeaderLike, value?: unknown, schema: Schema | null = null): this {
    if (typeof keyOrHeader === 'object' && keyOrHeader !== null) this.#headers.push(ConnectHeader.of(keyOrHeader))
    else {
      checkSchemaMatches(value ?? null, schema)
      this.#headers.push(new ConnectHeader(keyOrHeader, value, schema))
    }
    return this
  }
  addString(key: string, value: string | null): this { return this.#push(key, value, value === null ? schemas.OPTIONAL_STRING_SCHEMA : schemas.STRING_SCHEMA) }
  addBytes(key: string, value: Uint8Array | null): this { return this.#push(key, value, value === null ? schemas.OPTIONAL_BYTES_SCHEMA : schemas.BYTES_SCHEMA) }
  addBoolean(key: string, value: boolean): this { return this.#push(key, value, schemas.BOOLEAN_SCHEMA) }
  addByte(key: string, value: number): this { return this.#push(key, value, schemas.INT8_SCHEMA) }
  addShort(key: string, value: number): this { return this.#push(key, value, schemas.INT16_SCHEMA) }
  addInt(key: string, value: number): this { return this.#push(key, value, schemas.INT32_SCHEMA) }
  addLong(key: string, value: number | bigint): this { return this.#push(key, value, schemas.INT64_SCHEMA) }
  addFloat(key: string, value: number): this { return this.#push(key, value, schemas.FLOAT32_SCHEMA) }
  addDouble(key: string, value: number): this { return this.#push(key, value, schemas.FLOAT64_SCHEMA) }
  addList(key: string, value: readonly unknown[] | null, schema: Schema): this { return this.#container(key, value, schema, 'ARRAY') }
  addMap(key: string, value: ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>> | null, schema: Schema): this { return this.#container(key, value, schema, 'MAP') }
  addStruct(key: string, value: Struct | null): this { return this.#push(key, value, value === null ? null : value.schema) }
  addDecimal(key: string, value: Decimal | null): this { return this.#push(key, value, value === null ? null : SchemaBuilder.decimal(value.scale).build()) }
  addDate(key: string, value: Date | null): this { return this.#logical(key, value, dateSchema) }
  addTime(key: string, value: Date | null): this { return this.#logical(key, value, timeSchema) }
  addTimestamp(key: string, value: Date | null): this { return this.#logical(key, value, timestampSchema) }

  lastWithName(key: string): ConnectHeader | null {
    const wanted = checked(key)
    return this.#headers.findLast((header) => header.key === wanted) ?? null
  }
  allWithName(key: string): ArrayIterator<ConnectHeader> {
    return this.#headers.filter((header) => header.key === key)[Symbol.iterator]()
  }
  remove(key: string): this {
    const unwanted = checked(key)
    this.#headers = this.#headers.filter((header) => header.key !== unwanted)
    return this
  }
  /** Of each key (or of the one given) only the last header stays, where it stands. */
  retainLatest(key?: string): this {
    const last = new Map(this.#headers.map((header, index) => [header.key, index]))
    this.#headers = this.#headers.filter((header, index) => (key !== undefined && header.key !== key) || last.get(header.key) === index)
    return this
  }
  /** Replaces or removes every header, or those with one key. */
  apply(transform: HeaderTransform): this
  apply(key: string, transform: HeaderTransform): this
  apply(...args: readonly [HeaderTransform] | readonly [string, HeaderTransform]): this {
    const [key, transform] = args.length === 1 ? [null, args[0]] : [checked(args[0]), args[1]]
    this.#headers = this.#headers.flatMap((header) => {
      if (key !== null && header.key !== key) return [header]
      const updated = transform(header)
      return updated === null ? [] : [ConnectHeader.of(updated)]
    })
    return this
  }
  duplicate(): ConnectHeaders {
    return new ConnectHeaders(this)
  }
  toString(): string {
    return `ConnectHeaders(headers=${this.isEmpty ? '' : `[${this.#headers.join(', ')}]`})`
  }

  #push(key: string, value: unknown, schema: Schema | null): this {
    this.#headers.push(new ConnectHeader(key, value, schema))
    return this
  }
  #container(key: string, value: unknown, schema: Schema, type: 'ARRAY' | 'MAP'): this {
    if (value === null) return this.#push(key, null, null)
    if (schema.type !== type) throw new DataException(`Expecting ${type} but instead found ${schema.type}`)
    return this.#push(key, value, schema)
  }
  #logical(key: string, value: Date | null, schema: Schema): this {
    if (value !== null) fromLogical(schema, value)
    return this.#push(key, value, schema)
  }
}

const dateSchema = SchemaBuilder.date().build()
const timeSchema = SchemaBuilder.time().build()
const timestampSchema = SchemaBuilder.timestamp().build()

const checked = (key: string): string => {
  if (key == null) throw new DataException('Header key cannot be null')
  return key
}

const checkSchemaMatches = (value: unknown, schema: Schema | null): void => {
  if (schema === null) return
  if (value === null) {
    if (!schema.isOptional) throw new DataException(`A null value requires an optional schema but was ${schema.toString()}`)
    return
  }
  if (!isCompatible(value, schema)) throw new DataException(`The value ${javaText(value, schema)} is not compatible with the schema ${schema.toString()}`)
}

const bits = { INT8: 8, INT16: 16, INT32: 32, INT64: 64 } as const
/** Looser than a schema's own validation: the class alone counts, and a logical schema takes its underlying type too. */
const isCompatible = (value: unknown, schema: Schema): boolean => {
  switch (schema.type) {
    case 'INT8':
    case 'INT16':
    case 'INT32':
    case 'INT64':
      if (value instanceof Date) return schema.type === 'INT64' ? schema.name === timestampName : schema.type === 'INT32' && (schema.name === dateName || schema.name === timeName)
      return typeof value === 'bigint' ? schema.type === 'INT64' && BigInt.asIntN(64, value) === value : Number.isInteger(value) && Math.abs(Number(value) + 0.5) < 2 ** (bits[schema.type] - 1)
    case 'FLOAT32':
    case 'FLOAT64':
      return typeof value === 'number'
    case 'BOOLEAN':
      return typeof value === 'boolean'
    case 'STRING':
      return typeof value === 'string'
    case 'BYTES':
      return value instanceof Uint8Array || (value instanceof Decimal && schema.name === decimalName)
    case 'ARRAY':
      return Array.isArray(value)
    case 'MAP':
      return value instanceof Map || isPlainObject(value)
    case 'STRUCT':
      return value instanceof Struct
  }
}
