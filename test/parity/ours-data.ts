/** Calls on our classes of data, one after the other, as a case says. */
import { ConnectHeaders } from '../../src/data/headers.ts'
import { fromLogical, toLogical } from '../../src/data/logical.ts'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import type { Schema } from '../../src/data/schema.ts'
import { Struct } from '../../src/data/struct.ts'
import type { Answer, Case, Step } from './cases.ts'
import { schemaOf, tagSchema, tagValue, type TaggedSchema, type TaggedValue, valueOf } from './tagged.ts'

type Of<Op extends Case['op']> = Extract<Case, { readonly op: Op }>
type Header = { readonly key: string; readonly schema: Schema | null; readonly value: unknown }

const headerOf = (header: Header | null): unknown => header && [header.key, tagSchema(header.schema), tagValue(header.value, header.schema)]
/** The number types of the methods that are named by Java's. */
const typeOf: Readonly<Record<string, TaggedSchema>> = { addByte: { t: 'INT8' }, addShort: { t: 'INT16' }, addInt: { t: 'INT32' }, addLong: { t: 'INT64' }, addFloat: { t: 'FLOAT32' }, addDouble: { t: 'FLOAT64' } }

export const headersAnswer = ({ steps }: Of<'headers'>): Answer => {
  const headers = new ConnectHeaders()
  const found: unknown[] = []
  for (const [method, ...args] of steps) {
    const key = args[0] as string
    const schema = schemaOf((args[2] as TaggedSchema | undefined) ?? null)
    const value = valueOf((args[1] as TaggedValue | undefined) ?? null, schema ?? schemaOf(typeOf[method] ?? null))
    switch (method) {
      case 'retainLatest': headers.retainLatest(...(args.length === 0 ? [] : [key])); break
      case 'rename': headers.apply(key, (header) => header.rename(args[1] as string)); break
      case 'drop': headers.apply(key, () => null); break
      case 'renameAll': headers.apply((header) => header.rename(`${header.key}2`)); break
      case 'last': found.push(headerOf(headers.lastWithName(key))); break
      case 'all': found.push(Array.from(headers.allWithName(key), headerOf)); break
      case 'print': found.push(headers.toString()); break
      default: (headers as unknown as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>)[method]?.call(headers, ...(args.length === 0 ? [] : [key, value, schema]))
    }
  }
  return { found, size: headers.size, headers: Array.from(headers, headerOf) }
}

export const structAnswer = ({ schema: tagged, steps }: Of<'struct'>): Answer => {
  const schema = schemaOf(tagged) as Schema
  const struct = new Struct(schema)
  const found: unknown[] = []
  for (const [method, ...args] of steps) {
    const name = args[0] as string
    const field = schema.field(name)
    if (method === 'put') struct.put(name, valueOf(args[1] as TaggedValue, field?.schema ?? null))
    else if (method === 'validate') struct.validate()
    else if (method === 'print') found.push(struct.toString())
    else {
      const value = (struct as unknown as Readonly<Record<string, (of: string) => unknown>>)[method]?.call(struct, name)
      found.push({ schema: tagSchema(field?.schema ?? null), value: tagValue(value, field?.schema ?? null) })
    }
  }
  return { found }
}

export const builderAnswer = ({ type, key = null, element = null, steps }: Of<'build'>): Answer => {
  const [keySchema, elementSchema] = [schemaOf(key) as Schema, schemaOf(element) as Schema]
  const builder = type === 'ARRAY' ? SchemaBuilder.array(elementSchema) : type === 'MAP' ? SchemaBuilder.map(keySchema, elementSchema) : SchemaBuilder.type(type as Schema['type'])
  for (const step of steps) build(builder, step)
  const built = builder.build()
  return { schema: tagSchema(built), text: built.toString() }
}
const build = (builder: SchemaBuilder, [method, first, second]: Step): unknown => {
  switch (method) {
    case 'optional': return builder.optional()
    case 'required': return builder.required()
    case 'name': return builder.name(first as string)
    case 'version': return builder.version(first as number)
    case 'doc': return builder.doc(first as string)
    case 'parameter': return builder.parameter(first as string, second as string)
    case 'field': return builder.field(first as string, schemaOf(second as TaggedSchema) as Schema)
    case 'default': return builder.defaultValue(valueOf(first as TaggedValue, builder.build()))
    default: throw new Error(`unknown step ${method}`)
  }
}

const rawTypes = { Decimal: null, Date: { t: 'INT32' }, Time: { t: 'INT32' }, Timestamp: { t: 'INT64' } } as const
export const logicalAnswer = ({ as, from, schema: tagged, value }: Of<'logical'>): Answer => {
  const [schema, raw] = [schemaOf(tagged) as Schema, schemaOf(rawTypes[as])]
  return { value: from ? tagValue(fromLogical(schema, valueOf(value, schema)), raw) : tagValue(toLogical(schema, valueOf(value, raw)), schema) }
}
