/** Kafka's `Values.inferSchema`: the schema that a value without one would have. */
import { SchemaBuilderException } from './errors.ts'
import { isJavaLong, JavaDouble, JavaFloat } from './java-double.ts'
import { SchemaBuilder, schemas } from './schema-builder.ts'
import { Schema } from './schema.ts'
import { isPlainObject, Struct } from './struct.ts'

/** Null when there is none: null, dates, decimals, empty or mixed containers. */
export const inferSchema = (value: unknown): Schema | null => {
  if (typeof value === 'string') return schemas.STRING_SCHEMA
  if (typeof value === 'boolean') return schemas.BOOLEAN_SCHEMA
  if (typeof value === 'bigint') return schemas.INT64_SCHEMA
  if (typeof value === 'number') return isJavaLong(value) ? schemas.INT64_SCHEMA : schemas.FLOAT64_SCHEMA
  if (value instanceof JavaDouble) return schemas.FLOAT64_SCHEMA
  if (value instanceof JavaFloat) return schemas.FLOAT32_SCHEMA
  if (value instanceof Uint8Array) return schemas.BYTES_SCHEMA
  if (value instanceof Struct) return value.schema
  if (Array.isArray(value)) {
    const element = commonType(value)
    return element && SchemaBuilder.array(element).build()
  }
  if (value instanceof Map || isPlainObject(value)) {
    const [keys, items] = value instanceof Map ? [commonType([...value.keys()]), commonType([...value.values()])] : [commonType(Object.keys(value)), commonType(Object.values(value))]
    return keys && items && SchemaBuilder.map(keys, items).build()
  }
  return null
}

/** The bare type all values have, optional when there is a null; null when there is none or no value at all. */
const commonType = (values: readonly unknown[]): Schema | null => {
  if (values.length === 0) return null
  let first: Schema | null = null
  let optional = false
  // value by value: Kafka looks no further than the first that differs
  for (const value of values) {
    if (value === null || value === undefined) optional = true
    else {
      const schema = inferSchema(value)
      if (schema === null || (first !== null && schema.type !== first.type)) return null
      first ??= schema
    }
  }
  if (first === null) throw new SchemaBuilderException('type cannot be null')
  return new Schema({ type: first.type, optional })
}
