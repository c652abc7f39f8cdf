/** Builds schemas as org.apache.kafka.connect.data.SchemaBuilder does: fluent, each property once, defaults checked. */
import { ConnectException, SchemaBuilderException } from './errors.ts'
import { dateName, decimalName, timeName, timestampName } from './logical.ts'
import { type Field, fieldOf, type LateSchema, Schema, type SchemaProperties } from './schema.ts'
import type { SchemaTypeName } from './schema-type.ts'
import { validateValue } from './struct.ts'

type Draft = { -readonly [K in keyof SchemaProperties]: SchemaProperties[K] }

export class SchemaBuilder {
  readonly #draft: Draft
  readonly #fields: Field[] = []

  constructor(type: SchemaTypeName, inner: Pick<SchemaProperties, 'keySchema' | 'valueSchema'> = {}) {
    this.#draft = { type, ...inner }
  }
  static type(type: SchemaTypeName): SchemaBuilder { return new SchemaBuilder(type) }
  static int8(): SchemaBuilder { return new SchemaBuilder('INT8') }
  static int16(): SchemaBuilder { return new SchemaBuilder('INT16') }
  static int32(): SchemaBuilder { return new SchemaBuilder('INT32') }
  static int64(): SchemaBuilder { return new SchemaBuilder('INT64') }
  static float32(): SchemaBuilder { return new SchemaBuilder('FLOAT32') }
  static float64(): SchemaBuilder { return new SchemaBuilder('FLOAT64') }
  static bool(): SchemaBuilder { return new SchemaBuilder('BOOLEAN') }
  static string(): SchemaBuilder { return new SchemaBuilder('STRING') }
  static bytes(): SchemaBuilder { return new SchemaBuilder('BYTES') }
  static struct(): SchemaBuilder { return new SchemaBuilder('STRUCT') }
  static array(values: Given): SchemaBuilder {
    const valueSchema = built(values)
    if (!valueSchema) throw new SchemaBuilderException('valueSchema cannot be null.')
    return new SchemaBuilder('ARRAY', { valueSchema })
  }
  static map(keys: Given, values: Given): SchemaBuilder {
    const [keySchema, valueSchema] = [built(keys), built(values)]
    if (!keySchema) throw new SchemaBuilderException('keySchema cannot be null.')
    if (!valueSchema) throw new SchemaBuilderException('valueSchema cannot be null.')
    return new SchemaBuilder('MAP', { keySchema, valueSchema })
  }
  static arrayOfNull(): SchemaBuilder { return new SchemaBuilder('ARRAY', { valueSchema: null }) }
  static mapOfNull(): SchemaBuilder { return new SchemaBuilder('MAP', { keySchema: null, valueSchema: null }) }
  static mapWithNullValues(keySchema: Schema): SchemaBuilder { return new SchemaBuilder('MAP', { keySchema, valueSchema: null }) }
  static decimal(scale: number): SchemaBuilder { return SchemaBuilder.bytes().name(decimalName).version(1).parameter('scale', String(scale)) }
  static date(): SchemaBuilder { return SchemaBuilder.int32().name(dateName).version(1) }
  static time(): SchemaBuilder { return SchemaBuilder.int32().name(timeName).version(1) }
  static timestamp(): SchemaBuilder { return SchemaBuilder.int64().name(timestampName).version(1) }

  optional(): this { return this.#once('optional', true) }
  required(): this { return this.#once('optional', false) }
  defaultValue(value: unknown): this {
    this.#checkUnset('default', this.#draft.defaultValue, value)
    try {
      validateValue(this.#schema(), value)
    } catch (cause) {
      throw new SchemaBuilderException('Invalid default value', { cause })
    }
    this.#draft.defaultValue = value ?? undefined
    return this
  }
  name(name: string): this { return this.#once('name', name) }
  version(version: number): this { return this.#once('version', version) }
  doc(doc: string): this { return this.#once('doc', doc) }
  parameter(key: string, value: string): this {
    this.#draft.parameters = new Map([...(this.#draft.parameters ?? []), [key, value]])
    return this
  }
  parameters(all: Readonly<Record<string, string>> | ReadonlyMap<string, string>): this {
    for (const [key, value] of all instanceof Map ? all : Object.entries(all)) this.parameter(key, value)
    return this
  }
  /**
   * A builder will do for a schema, here and inside arrays and maps, as in Java. A struct that contains itself gives its inner
   * schema late: `const tree = SchemaBuilder.struct().field('left', () => tree).optional().build()`.
   */
  field(name: string, given: Given): this {
    if (this.#draft.type !== 'STRUCT') throw new SchemaBuilderException(`Cannot create fields on type ${this.#draft.type}`)
    if (name == null || name === '') throw new SchemaBuilderException('fieldName cannot be null.')
    const schema = built(given)
    if (!schema) throw new SchemaBuilderException(`fieldSchema for field ${name} cannot be null.`)
    if (this.#fields.some((field) => field.name === name)) throw new SchemaBuilderException(`Cannot create field because of field name duplication ${name}`)
    this.#fields.push(fieldOf(name, this.#fields.length, schema))
    return this
  }
  build(): Schema { return this.#schema() }

  #schema(): Schema {
    if (!this.#draft.type) throw new ConnectException('Invalid SchemaBuilder call: type must be specified to set type')
    return new Schema({ ...this.#draft, fields: [...this.#fields] })
  }
  #once<K extends keyof Draft>(property: K, value: Draft[K]): this {
    this.#checkUnset(property, this.#draft[property], value)
    this.#draft[property] = value
    return this
  }
  /** What is set again to the same is no contradiction. */
  #checkUnset(property: string, before: unknown, value: unknown): void {
    if (before != null && before !== value) throw new SchemaBuilderException(`Invalid SchemaBuilder call: ${property} has already been set.`)
  }
}

type Given = Schema | SchemaBuilder | LateSchema
const built = (schema: Given): Schema | LateSchema => (schema instanceof SchemaBuilder ? schema.build() : schema)
const fixed = (builder: SchemaBuilder): Schema => builder.build()
/** Kafka's constants: `Schema.STRING_SCHEMA`, `Schema.OPTIONAL_INT32_SCHEMA` … */
export const schemas = {
  INT8_SCHEMA: fixed(SchemaBuilder.int8()), INT16_SCHEMA: fixed(SchemaBuilder.int16()), INT32_SCHEMA: fixed(SchemaBuilder.int32()),
  INT64_SCHEMA: fixed(SchemaBuilder.int64()), FLOAT32_SCHEMA: fixed(SchemaBuilder.float32()), FLOAT64_SCHEMA: fixed(SchemaBuilder.float64()),
  BOOLEAN_SCHEMA: fixed(SchemaBuilder.bool()), STRING_SCHEMA: fixed(SchemaBuilder.string()), BYTES_SCHEMA: fixed(SchemaBuilder.bytes()),
  OPTIONAL_INT8_SCHEMA: fixed(SchemaBuilder.int8().optional()), OPTIONAL_INT16_SCHEMA: fixed(SchemaBuilder.int16().optional()),
  OPTIONAL_INT32_SCHEMA: fixed(SchemaBuilder.int32().optional()), OPTIONAL_INT64_SCHEMA: fixed(SchemaBuilder.int64().optional()),
  OPTIONAL_FLOAT32_SCHEMA: fixed(SchemaBuilder.float32().optional()), OPTIONAL_FLOAT64_SCHEMA: fixed(SchemaBuilder.float64().optional()),
  OPTIONAL_BOOLEAN_SCHEMA: fixed(SchemaBuilder.bool().optional()), OPTIONAL_STRING_SCHEMA: fixed(SchemaBuilder.string().optional()),
  OPTIONAL_BYTES_SCHEMA: fixed(SchemaBuilder.bytes().optional()),
} as const
