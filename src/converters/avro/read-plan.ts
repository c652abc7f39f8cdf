/** An Avro schema and the Connect schema made of it, compiled into a function that reads values. */
import { DataException } from '../../data/errors.ts'
import { toLogical } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import { Struct } from '../../data/struct.ts'
import { isAnything, readAnything } from './anything.ts'
import type { AvroCursor } from './binary.ts'
import { type AvroDataOptions, isUnionSchema } from './options.ts'
import type { AvroType, UnionType } from './schema.ts'
import { connectFromAvro } from './to-connect.ts'

export type ReadAvro = (from: AvroCursor) => unknown
/** `schema` is null for schemaless values. */
export type ReadPlan = { readonly schema: Schema | null; readonly read: ReadAvro }

export const compileReader = (type: AvroType, version: number | null, options: AvroDataOptions): ReadPlan => {
  if (isAnything(type)) return { schema: null, read: readAnything }
  const schema = connectFromAvro(type, version, options)
  return { schema, read: reader(type, schema) }
}

const logical = /^org\.apache\.kafka\.connect\.data\.(Decimal|Date|Time|Timestamp)$/
const reader = (type: AvroType, schema: Schema): ReadAvro => {
  const read = baseReader(type, schema)
  return type.kind !== 'union' && schema.name !== null && logical.test(schema.name) ? (from) => toLogical(schema, read(from)) : read
}

const baseReader = (type: AvroType, schema: Schema): ReadAvro => {
  switch (type.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return (from) => from.boolean()
    case 'int':
      if (schema.type === 'INT8') return (from) => (from.int() << 24) >> 24
      return schema.type === 'INT16' ? (from) => (from.int() << 16) >> 16 : (from) => from.int()
    case 'long':
      return (from) => from.long()
    case 'float':
      return (from) => from.float()
    case 'double':
      return (from) => from.double()
    case 'bytes':
      return (from) => from.bytes()
    case 'string':
      return (from) => from.string()
    case 'fixed':
      return (from) => from.fixed(type.size)
    case 'enum':
      return (from) => {
        const index = from.int()
        return type.symbols[index] ?? outside(`symbol ${index} of an enum of ${type.symbols.length}`)
      }
    case 'array': {
      if (schema.type === 'MAP') return entriesReader(type.items, schema)
      const item = reader(type.items, inner(schema.valueSchema))
      return (from) => {
        const items: unknown[] = []
        from.blocks(() => void items.push(item(from)))
        return items
      }
    }
    case 'map': {
      const item = reader(type.values, inner(schema.valueSchema))
      return (from) => {
        const map = new Map<string, unknown>()
        from.blocks(() => void map.set(from.string(), item(from)))
        return map
      }
    }
    case 'record': {
      const fields = schema.fields.map((field, index) => reader(type.fields[index]?.type ?? type, field.schema))
      return (from) => {
        const struct = new Struct(schema)
        for (let index = 0; index < fields.length; index++) struct.setAt(index, (fields[index] as ReadAvro)(from))
        return struct
      }
    }
    case 'union':
      return unionReader(type, schema)
  }
}
const outside = (what: string): never => {
  throw new DataException(`The Avro data names ${what}`)
}
const inner = (schema: Schema | null): Schema => schema ?? outside('an element without a schema')

/** Maps whose keys are no strings: an array of records of key and value, in either order. */
const entriesReader = (items: AvroType, schema: Schema): ReadAvro => {
  const fields = items.kind === 'record' ? items.fields : []
  const keyFirst = fields[0]?.name === 'key'
  const schemas = keyFirst ? [schema.keySchema, schema.valueSchema] : [schema.valueSchema, schema.keySchema]
  const [first, second] = fields.map((field, index) => reader(field.type, inner(schemas[index] ?? null)))
  return (from) => {
    const map = new Map<unknown, unknown>()
    from.blocks(() => {
      const one = first?.(from)
      const other = second?.(from)
      if (keyFirst) map.set(one, other)
      else map.set(other, one)
    })
    return map
  }
}

const unionReader = (type: UnionType, schema: Schema): ReadAvro => {
  const isOptional = type.types.length === 2 && type.types.some((each) => each.kind === 'null')
  const isStruct = !isOptional && (type.types.length > 1 || isUnionSchema(schema))
  let field = 0
  const members = type.types.map((member): ReadAvro => {
    if (member.kind === 'null') return () => null
    if (!isStruct) return reader(member, schema)
    const at = field++
    const read = reader(member, inner(schema.fields[at]?.schema ?? null))
    return (from) => {
      const struct = new Struct(schema)
      struct.setAt(at, read(from))
      return struct
    }
  })
  return (from) => {
    const index = from.int()
    return (members[index] ?? outside(`type ${index} of a union of ${members.length}`))(from)
  }
}
