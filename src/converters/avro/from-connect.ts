/**
 * Connect schema -> Avro schema, as Confluent's AvroData does it (fromConnectSchema): what Avro cannot say about a Connect schema is in
 * `connect.*` properties, in that converter's order, so that the registry finds the schema a Java worker has registered.
 */
import { DataException } from '../../data/errors.ts'
import { dateName, decimalName, timeName, timestampName } from '../../data/logical.ts'
import type { Field, Schema } from '../../data/schema.ts'
import { anythingType } from './anything.ts'
import type { Json } from './avro-json.ts'
import { defaultToJson, isValidDefault } from './default-json.ts'
import {
  checkName, defaultName, defaultPrecision, enumDefaultParameter, enumDocParameter, fieldDefaultFlag, fieldDocParameter, fixedSizeParameter,
  mapEntryName, namespace, precisionParameter, recordDocParameter, scrubFullName, scrubName, splitName, unionName,
} from './names.ts'
import { type AvroDataOptions, enumParameterOf, hasTextKeys, isEnumSchema, isFixedSchema, isUnionSchema, required } from './options.ts'
import { type AvroField, type AvroType, isNamed, primitive, type PrimitiveType, unionOf } from './schema.ts'

/** Throws a DataException. A null schema is that of schemaless values. */
export const avroFromConnect = (schema: Schema | null, options: AvroDataOptions): AvroType => new FromConnect(options).type(schema, false)

const kinds: Readonly<Record<string, PrimitiveType['kind']>> = { INT8: 'int', INT16: 'int', INT32: 'int', INT64: 'long', FLOAT32: 'float', FLOAT64: 'double', BOOLEAN: 'boolean', STRING: 'string', BYTES: 'bytes' }
/** Of arrays and maps on the way into a schema without an end. */
const maxDepth = 1000
const logicalTypes: Readonly<Record<string, string>> = { [timeName]: 'time-millis', [timestampName]: 'timestamp-millis', [dateName]: 'date' }

class FromConnect {
  readonly #options: AvroDataOptions
  /** Required schemas met before: an equal one is the same Avro type. */
  readonly #made: { readonly schema: Schema; readonly type: AvroType }[] = []
  /** Structs by name, for those that are met again inside of arrays, maps, unions and optional fields. */
  readonly #records = new Map<string, AvroType>()
  readonly #seenNames = new Set<string>()
  /** The structs around, by their fields: an optional struct and the required one inside of it share them. */
  readonly #open = new Map<readonly Field[], number>()
  #unnamed = 0
  #depth = 0

  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  type(schema: Schema | null, ignoreOptional: boolean): AvroType {
    if (schema === null) return anythingType
    if (schema.type !== 'STRUCT' && schema.isRecursive && ++this.#depth > maxDepth) throw new DataException('Avro cannot say that an array or a map contains itself: a struct with a name has to be between')
    if (!isUnionSchema(schema) && !schema.isOptional) {
      const made = this.#made.find((each) => each.schema.equals(schema))
      if (made) return made.type
    }
    const base = this.#base(schema)
    let result = base
    if (base.kind !== 'union') {
      this.#describe(base, schema)
      if (!ignoreOptional) result = maybeOptional(schema, base)
    }
    if (!schema.isOptional) this.#made.push({ schema, type: result })
    return result
  }

  /** The type of an inner schema; a struct whose name is known is that type, whatever else the schema says. */
  #inner(schema: Schema | null, ignoreOptional: boolean): AvroType {
    const known = schema?.name == null ? undefined : this.#records.get(schema.name)
    if (known === undefined || schema === null) return this.type(schema, ignoreOptional)
    return ignoreOptional ? known : maybeOptional(schema, known)
  }

  #base(schema: Schema): AvroType {
    switch (schema.type) {
      case 'ARRAY':
        return { kind: 'array', items: this.#inner(schema.valueSchema, false), props: new Map() }
      case 'MAP':
        return this.#map(schema)
      case 'STRUCT':
        return this.#once(schema, () => this.#struct(schema))
      case 'STRING':
        return (this.#options.generalizedSumTypeSupport || this.#options.enhancedAvroSchemaSupport) && isEnumSchema(schema) ? this.#enum(schema) : primitive('string')
      case 'BYTES': {
        const base: AvroType = isFixedSchema(schema)
          ? { kind: 'fixed', fullName: this.#name(schema), size: Number(schema.parameters?.get(fixedSizeParameter)), doc: null, aliases: [], props: new Map() }
          : primitive('bytes')
        if (schema.name === decimalName) {
          base.props.set('scale', Number(schema.parameters?.get('scale')))
          base.props.set('precision', precisionOf(schema))
          if (base.kind === 'fixed') checkDigits(schema, base.size)
        }
        return base
      }
      default:
        return primitive(kinds[schema.type] ?? 'null')
    }
  }

  #map(schema: Schema): AvroType {
    if (hasTextKeys(schema, this.#options)) return { kind: 'map', values: this.#inner(schema.valueSchema, false), props: new Map() }
    const fullName = schema.name === null ? `${namespace}.${mapEntryName}` : this.#name(schema)
    const props = new Map<string, Json>(schema.name === null ? [] : [['connect.internal.type', mapEntryName]])
    const fields = [this.#field('key', schema.keySchema, null), this.#field('value', schema.valueSchema, null)]
    return { kind: 'array', items: { kind: 'record', fullName, doc: null, aliases: [], fields, props }, props: new Map() }
  }

  #enum(schema: Schema): AvroType {
    const parameter = enumParameterOf(this.#options)
    const parameters = schema.parameters ?? new Map<string, string>()
    const fullName = parameters.get(parameter)
    if (fullName === undefined) throw new DataException(`An enum needs the parameter ${parameter}`)
    const name = splitName(this.#name(schema), this.#options.scrubInvalidNames)[1]
    const discard = this.#options.discardTypeDocDefault
    return {
      kind: 'enum', fullName, aliases: [], props: new Map(),
      symbols: [...parameters.keys()].filter((key) => key.startsWith(`${parameter}.`)).map((key) => key.slice(parameter.length + 1)),
      doc: parameters.get(discard ? 'connect.enum.doc' : `${enumDocParameter}${name}`) ?? null,
      defaultSymbol: discard ? null : (parameters.get(`${enumDefaultParameter}${name}`) ?? null),
    }
  }

  /** Only a name can stand for a record inside of itself; it does so where the record is optional or in an array or a map, and else nothing would end. */
  #once({ name, fields }: Schema, make: () => AvroType): AvroType {
    const around = this.#open.get(fields) ?? 0
    if (around > (name === null || name === unionName ? 1 : 2)) throw new DataException('A struct that contains itself needs a name, and to be optional inside of itself, to be an Avro record')
    this.#open.set(fields, around + 1)
    const type = make()
    this.#open.set(fields, around)
    return type
  }
  #struct(schema: Schema): AvroType {
    if (isUnionSchema(schema)) {
      const members = schema.fields.map((field) => this.#inner(required(field.schema), true))
      return unionOf(schema.isOptional ? [primitive('null'), ...members] : members)
    }
    if (schema.isOptional) return unionOf([primitive('null'), this.#inner(required(schema), false)])
    const { discardTypeDocDefault, scrubInvalidNames } = this.#options
    const fields: AvroField[] = []
    const doc = schema.parameters?.get(discardTypeDocDefault ? 'connect.record.doc' : recordDocParameter) ?? null
    const record: AvroType = { kind: 'record', fullName: this.#name(schema), doc, aliases: [], fields, props: new Map() }
    if (schema.name !== null) this.#records.set(schema.name, record)
    for (const { name, schema: fieldSchema } of schema.fields) {
      const fieldDoc = discardTypeDocDefault ? null : (schema.parameters?.get(`${fieldDocParameter}${name}`) ?? null)
      fields.push(this.#field(scrubName(name, scrubInvalidNames), fieldSchema, fieldDoc))
    }
    return record
  }

  #field(name: string, schema: Schema | null, doc: string | null): AvroField {
    checkName(name)
    if (schema === null) return { name, type: anythingType, doc, defaultValue: undefined, props: new Map() }
    const { scrubInvalidNames, discardTypeDocDefault, connectMetaData } = this.#options
    const wanted: Json | undefined = schema.defaultValue !== undefined ? defaultToJson(schema, schema.defaultValue, this.#options) : schema.isOptional ? null : undefined
    const typeNameSeen = schema.name === null ? null : scrubFullName(schema.name, scrubInvalidNames)
    const again = typeNameSeen !== null && this.#seenNames.has(typeNameSeen)
    if (typeNameSeen !== null) this.#seenNames.add(typeNameSeen)
    const type = this.type(schema, false)
    const props = new Map<string, Json>()
    // a named type is written once: what the second use says otherwise stands with the field
    if (connectMetaData && again && schema.parameters !== null && schema.parameters.size > 0 && (isNamed(type) || (type.kind === 'union' && type.types.some(isNamed)))) {
      const parameters = this.#parameters(schema.parameters)
      if (Object.keys(parameters).length > 0) props.set('connect.parameters', parameters)
    }
    return { name, type, doc: discardTypeDocDefault ? schema.doc : doc, defaultValue: wanted !== undefined && isValidDefault(type, wanted) ? wanted : undefined, props }
  }

  #describe(base: AvroType, schema: Schema): void {
    const { props } = base
    const { parameters } = schema
    if (this.#options.connectMetaData) {
      if (schema.doc !== null) props.set('connect.doc', schema.doc)
      if (schema.version !== null) props.set('connect.version', schema.version)
      const kept = parameters === null ? {} : this.#parameters(parameters)
      if (Object.keys(kept).length > 0) props.set('connect.parameters', kept)
      if (schema.defaultValue !== undefined && (this.#options.discardTypeDocDefault || parameters?.has(fieldDefaultFlag) !== true)) {
        props.set('connect.default', defaultToJson(schema, schema.defaultValue, this.#options))
      }
      if (schema.name !== null) props.set('connect.name', schema.name)
      if (schema.type === 'INT8' || schema.type === 'INT16') props.set('connect.type', schema.type.toLowerCase())
    }
    if (schema.name === decimalName) props.set('logicalType', 'decimal')
    const logicalType = logicalTypes[schema.name ?? '']
    if (logicalType !== undefined) props.set('logicalType', logicalType)
    for (const [key, value] of parameters ?? []) if (key.startsWith('avro')) props.set(key, value)
  }
  #parameters(parameters: ReadonlyMap<string, string>): Readonly<Record<string, string>> {
    return Object.fromEntries([...parameters].filter(([key]) => this.#options.discardTypeDocDefault || key !== fieldDefaultFlag))
  }
  #name({ name }: Schema): string {
    if (name === null) return `${namespace}.${defaultName}${++this.#unnamed > 1 ? this.#unnamed : ''}`
    const [space, last] = splitName(name, this.#options.scrubInvalidNames)
    checkName(last)
    return space === null ? last : `${space}.${last}`
  }
}

/** Avro's Java library refuses a decimal that promises more digits than its bytes hold (but knows no scale below 0 or beyond the precision). */
const checkDigits = (schema: Schema, size: number): void => {
  const scale = Number(schema.parameters?.get('scale'))
  const most = Math.floor((8 * size - 1) * Math.log10(2))
  if (scale >= 0 && scale <= precisionOf(schema) && precisionOf(schema) > most) throw new DataException(`fixed(${size}) cannot store ${precisionOf(schema)} digits (max ${most}); the parameter ${precisionParameter} says how many there are`)
}
const precisionOf = (schema: Schema): number => Number(schema.parameters?.get(precisionParameter) ?? defaultPrecision)
const maybeOptional = (schema: Schema, base: AvroType): AvroType => {
  if (!schema.isOptional) return base
  return unionOf(schema.defaultValue === undefined ? [primitive('null'), base] : [base, primitive('null')])
}
