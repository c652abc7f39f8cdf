/**
 * org.apache.kafka.connect.data.SchemaProjector: a value written with one schema as a value of another, where that loses nothing:
 * fields added with a default or optional, fields left out, numbers widened. Everything else is a SchemaProjectorException.
 */
import { DataException, SchemaProjectorException } from './errors.ts'
import { floatOf } from './java-cast.ts'
import { sameParameters, type Schema } from './schema.ts'
import type { SchemaTypeName } from './schema-type.ts'
import { javaClassOf } from './java-text.ts'
import { isPlainObject, Struct } from './struct.ts'

/** Each may become any that follows it. */
const widening: readonly SchemaTypeName[] = ['INT8', 'INT16', 'INT32', 'INT64', 'FLOAT32', 'FLOAT64']
const isPromotable = (source: SchemaTypeName, target: SchemaTypeName): boolean => widening.includes(source) && widening.indexOf(target) > widening.indexOf(source)

export const SchemaProjector = {
  project(source: Schema, value: unknown, target: Schema): unknown {
    checkMaybeCompatible(source, target)
    const isNull = value === null || value === undefined
    if (!source.isOptional || target.isOptional) return isNull ? null : projectValue(source, value, target)
    if (target.defaultValue === undefined) throw new SchemaProjectorException('Writer schema is optional, however, target schema does not provide a default value.')
    return isNull ? target.defaultValue : projectValue(source, value, target)
  },
} as const

const checkMaybeCompatible = (source: Schema, target: Schema): void => {
  if (source.type !== target.type && !isPromotable(source.type, target.type)) {
    throw new SchemaProjectorException(`Schema type mismatch. source type: ${source.type} and target type: ${target.type}`)
  }
  if (source.name !== target.name) throw new SchemaProjectorException(`Schema name mismatch. source name: ${source.name} and target name: ${target.name}`)
  if (!sameParameters(source.parameters, target.parameters)) {
    throw new SchemaProjectorException(`Schema parameters not equal. source parameters: ${parametersText(source)} and target parameters: ${parametersText(target)}`)
  }
}
const parametersText = ({ parameters }: Schema): string => (parameters === null ? 'null' : `{${Array.from(parameters, ([key, value]) => `${key}=${value}`).join(', ')}}`)

const projectValue = (source: Schema, value: unknown, target: Schema): unknown => {
  switch (target.type) {
    case 'STRUCT':
      return value instanceof Struct ? projectStruct(source, value, target) : misfit(value, target)
    case 'ARRAY':
      return Array.isArray(value) ? value.map((item) => projectInner(source.valueSchema, item, target.valueSchema)) : misfit(value, target)
    case 'MAP': {
      const entries = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : isPlainObject(value) ? Object.entries(value) : misfit(value, target)
      return new Map(entries.map(([key, item]) => [projectInner(source.keySchema, key, target.keySchema), projectInner(source.valueSchema, item, target.valueSchema)]))
    }
    default:
      return source.type === target.type ? value : promoted(value, target.type)
  }
}
const misfit = (value: unknown, { type }: Schema): never => {
  throw new DataException(`A value of class ${javaClassOf(value)} cannot be projected as a ${type}`)
}
/** What is in the special arrays and maps of null has no schema to be read by. */
const projectInner = (source: Schema | null, value: unknown, target: Schema | null): unknown => {
  if (source === null || target === null) throw new SchemaProjectorException(`The ${source === null ? 'source' : 'target'} schema has none for its elements`)
  return SchemaProjector.project(source, value, target)
}

/** Only numbers become others: the Date of a Timestamp stays one, whatever its schema has become. */
const promoted = (value: unknown, type: SchemaTypeName): unknown => {
  if (typeof value !== 'number' && typeof value !== 'bigint') return value
  return type === 'FLOAT32' ? floatOf(value) : type === 'FLOAT64' ? Number(value) : value
}

const projectStruct = (source: Schema, value: Struct, target: Schema): Struct => {
  const projected = new Struct(target)
  for (const { name, schema } of target.fields) {
    const from = source.field(name)
    if (from !== null) {
      try {
        projected.put(name, SchemaProjector.project(from.schema, value.get(name), schema))
      } catch (cause) {
        if (!(cause instanceof SchemaProjectorException)) throw cause
        throw new SchemaProjectorException(`Error projecting ${name}`, { cause })
      }
    } else if (schema.isOptional) continue
    else if (schema.defaultValue !== undefined) projected.put(name, schema.defaultValue)
    else throw new SchemaProjectorException(`Required field \`${name}\` is missing from source schema: ${source.toString()}`)
  }
  return projected
}
