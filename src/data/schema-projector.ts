/**
 * org.apache.kafka.connect.data.SchemaProjector: a value written with one schema as a value of another, where that loses nothing:
 * fields added with a default or optional, fields left out, numbers widened. Everything else is a SchemaProjectorException.
 */
import { SchemaProjectorException } from './errors.ts'
import type { Schema } from './schema.ts'
import type { SchemaTypeName } from './schema-json.ts'
import { Struct } from './struct.ts'

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
  const [from, to] = [parametersText(source, true), parametersText(target, true)]
  if (from !== to) throw new SchemaProjectorException(`Schema parameters not equal. source parameters: ${parametersText(source)} and target parameters: ${parametersText(target)}`)
}
/** `sorted`: for comparing, as the order of parameters means nothing. */
const parametersText = ({ parameters }: Schema, sorted = false): string => {
  if (parameters === null) return 'null'
  const entries = [...parameters].map(([key, value]) => `${key}=${value}`)
  return `{${(sorted ? entries.toSorted() : entries).join(', ')}}`
}

const projectValue = (source: Schema, value: unknown, target: Schema): unknown => {
  switch (target.type) {
    case 'STRUCT':
      return projectStruct(source, value as Struct, target)
    case 'ARRAY':
      return (value as readonly unknown[]).map((item) => projectInner(source.valueSchema, item, target.valueSchema))
    case 'MAP': {
      const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? (value as ReadonlyMap<unknown, unknown>) : Object.entries(value as Record<string, unknown>)
      return new Map(Array.from(entries, ([key, item]) => [projectInner(source.keySchema, key, target.keySchema), projectInner(source.valueSchema, item, target.valueSchema)]))
    }
    default:
      return source.type === target.type ? value : promoted(value as number | bigint, target.type)
  }
}
/** The special arrays and maps of null have no inner schemas; nothing is known to change their values by. */
const projectInner = (source: Schema | null, value: unknown, target: Schema | null): unknown =>
  source === null || target === null ? value : SchemaProjector.project(source, value, target)

const promoted = (value: number | bigint, type: SchemaTypeName): number | bigint =>
  type === 'FLOAT32' ? Math.fround(Number(value)) : type === 'FLOAT64' ? Number(value) : value

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
