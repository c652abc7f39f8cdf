/**
 * Avro schema -> Connect schema, as Confluent's AvroData does it (toConnectSchema): `connect.*` properties say what the Connect schema
 * was; what only Avro has (docs, enums, fixed sizes, unions) becomes parameters and structs.
 */
import { DataException } from '../../data/errors.ts'
import { dateName, decimalName, timeName, timestampName } from '../../data/logical.ts'
import { type Field, fieldOf, type LateSchema, Schema, type SchemaProperties } from '../../data/schema.ts'
import { schemas } from '../../data/schema-builder.ts'
import { validateValue } from '../../data/struct.ts'
import { isJsonObject, type Json, plainText } from './avro-json.ts'
import { defaultFromJson } from './default-json.ts'
import { defaultFullName, defaultPrecision, enumDefaultParameter, enumDocParameter, fieldDefaultFlag, fieldDocParameter, fixedSizeParameter, generalizedUnion, mapEntryName, namespace, precisionParameter, recordDocParameter, splitName, unionName } from './names.ts'
import { asOptional, type AvroDataOptions, enumParameterOf, memberFieldName } from './options.ts'
import { type AvroType, type EnumType, isNamed, type RecordType, textProp, type UnionType } from './schema.ts'

/** `version` is the registry's, for a schema that carries none. Throws a DataException. */
export const connectFromAvro = (type: AvroType, version: number | null, options: AvroDataOptions): Schema => {
  const schema = new ToConnect(options).schema(type, { optional: false, version })
  // only a record is late, and only inside of itself
  return typeof schema === 'function' ? schema() : schema
}

const isMapEntry = (type: AvroType): type is RecordType =>
  type.kind === 'record' && (type.fullName === `${namespace}.${mapEntryName}` || type.props.get('connect.internal.type') === mapEntryName)

type Place = { readonly optional: boolean; readonly fieldDefault?: Json | undefined; readonly doc?: string | null; readonly version?: number | null }
type Draft = { -readonly [K in keyof SchemaProperties]: SchemaProperties[K] } & { readonly parameters: Map<string, string> }

class ToConnect {
  readonly #options: AvroDataOptions
  /** The records around; each is a schema once it is done with. */
  readonly #open = new Map<AvroType, { schema: Schema | null }>()
  readonly #records = { optional: new Map<AvroType, Schema>(), required: new Map<AvroType, Schema>() }
  #unions = 0
  constructor(options: AvroDataOptions) {
    this.#options = options
  }

  /** Late where it is a record inside of itself. */
  schema(type: AvroType, place: Place): Schema | LateSchema {
    const flat = type.kind === 'union' ? this.#flattened(type) : null
    if (flat !== null) return this.schema(flat.type, { optional: flat.optional, doc: place.doc ?? null })
    if (type.kind === 'record' && this.#isPlain(place)) return this.#again(type, place.optional)
    return this.#made(type, place)
  }
  /** Whether the place adds nothing to what the type says. */
  #isPlain({ fieldDefault, doc = null, version = null }: Place): boolean {
    return fieldDefault === undefined && version === null && !(this.#options.discardTypeDocDefault && doc !== null) && !this.#options.generalizedSumTypeSupport
  }
  /** A record used many times is one schema: else each use of a record of records would make all of them anew. */
  #again(type: RecordType, optional: boolean): Schema | LateSchema {
    const made = this.#records[optional ? 'optional' : 'required']
    const known = made.get(type)
    if (known !== undefined) return known
    const schema = this.#made(type, { optional })
    if (typeof schema !== 'function') made.set(type, schema)
    return schema
  }
  #made(type: AvroType, place: Place): Schema | LateSchema {
    const around = this.#open.get(type)
    if (around !== undefined) return () => asOptional(around.schema ?? notYet(), place.optional)
    const made: { schema: Schema | null } = { schema: null }
    if (type.kind === 'record') this.#open.set(type, made)
    const draft = this.#draft(type)
    this.#describe(draft, type, place)
    this.#default(draft, type, place.fieldDefault)
    nameIt(draft, type)
    if (place.optional) draft.optional = true
    made.schema = new Schema({ ...draft, parameters: draft.parameters.size === 0 ? null : draft.parameters })
    this.#open.delete(type)
    return made.schema
  }

  /** [null, T] is an optional T, a union of one type is that type. */
  #flattened({ types }: UnionType): { readonly type: AvroType; readonly optional: boolean } | null {
    const [first, second] = types
    if (types.length === 1 && first !== undefined && this.#options.flattenSingletonUnions) return { type: first, optional: false }
    if (types.length !== 2 || first === undefined || second === undefined) return null
    if (first.kind === 'null') return { type: second, optional: true }
    return second.kind === 'null' ? { type: first, optional: true } : null
  }

  #draft(type: AvroType): Draft {
    const of = (kind: SchemaProperties['type'], more: Partial<SchemaProperties> = {}): Draft => ({ type: kind, ...more, parameters: new Map(more.parameters ?? []) })
    const logicalType = textProp(type, 'logicalType')?.toLowerCase()
    switch (type.kind) {
      case 'boolean':
        return of('BOOLEAN')
      case 'double':
        return of('FLOAT64')
      case 'float':
        return of('FLOAT32')
      case 'string':
        return of('STRING')
      case 'long':
        return logicalType === 'timestamp-millis' ? of('INT64', { name: timestampName, version: 1 }) : of('INT64')
      case 'int':
        return intDraft(textProp(type, 'connect.type'), logicalType, of)
      case 'bytes':
      case 'fixed': {
        const draft = logicalType === 'decimal' ? of('BYTES', { name: decimalName, version: 1, parameters: decimalParameters(type) }) : of('BYTES')
        if (type.kind === 'fixed') draft.parameters.set(fixedSizeParameter, String(type.size))
        return draft
      }
      case 'array': {
        if (!isMapEntry(type.items)) return of('ARRAY', { valueSchema: this.schema(type.items, { optional: false }) })
        const [key, value] = ['key', 'value'].map((name) => (type.items as RecordType).fields.find((field) => field.name === name))
        if (type.items.fields.length !== 2 || !key || !value) throw new DataException('Found map encoded as array of key-value pairs, but array elements do not match the expected format.')
        return of('MAP', { keySchema: this.schema(key.type, { optional: false }), valueSchema: this.schema(value.type, { optional: false }) })
      }
      case 'map':
        return of('MAP', { keySchema: schemas.STRING_SCHEMA, valueSchema: this.schema(type.values, { optional: false }) })
      case 'record':
        return this.#record(type, of('STRUCT'))
      case 'enum':
        return this.#enum(type, of('STRING'))
      case 'union':
        return this.#union(type, of('STRUCT'))
      case 'null':
        throw new DataException('Standalone null schemas are not supported by this converter')
    }
  }

  #record(type: RecordType, draft: Draft): Draft {
    const { discardTypeDocDefault, connectMetaData } = this.#options
    const docs = connectMetaData && !discardTypeDocDefault
    if (docs && type.doc !== null) draft.parameters.set(recordDocParameter, type.doc)
    draft.fields = type.fields.map((field, index): Field => {
      if (docs && field.doc !== null) draft.parameters.set(`${fieldDocParameter}${field.name}`, field.doc)
      const schema = this.schema(field.type, { optional: false, fieldDefault: field.defaultValue, doc: field.doc })
      const more = field.props.get('connect.parameters')
      return fieldOf(field.name, index, connectMetaData && isJsonObject(more) ? withParameters(schema, more) : schema)
    })
    return draft
  }

  #enum(type: EnumType, draft: Draft): Draft {
    const { discardTypeDocDefault, connectMetaData, generalizedSumTypeSupport } = this.#options
    const name = splitName(type.fullName, false)[1]
    if (connectMetaData && type.doc !== null) draft.parameters.set(discardTypeDocDefault ? 'connect.enum.doc' : `${enumDocParameter}${name}`, type.doc)
    if (connectMetaData && !discardTypeDocDefault && type.defaultSymbol !== null) draft.parameters.set(`${enumDefaultParameter}${name}`, type.defaultSymbol)
    const parameter = enumParameterOf(this.#options)
    draft.parameters.set(parameter, type.fullName)
    type.symbols.forEach((symbol, index) => draft.parameters.set(`${parameter}.${symbol}`, generalizedSumTypeSupport ? String(index) : symbol))
    return draft
  }

  #union(type: UnionType, draft: Draft): Draft {
    draft.name = this.#options.generalizedSumTypeSupport ? `connect_union_${this.#unions++}` : unionName
    if (this.#options.generalizedSumTypeSupport) draft.parameters.set(generalizedUnion, draft.name)
    const fields: Field[] = []
    type.types.forEach((member, index) => {
      if (member.kind === 'null') draft.optional = true
      else {
        const name = memberFieldName(member, index, this.#options)
        if (fields.some((field) => field.name === name)) throw new DataException('Multiple union schemas map to the Connect union field name')
        fields.push(fieldOf(name, fields.length, this.schema(member, { optional: true })))
      }
    })
    draft.fields = fields
    return draft
  }

  #describe(draft: Draft, type: AvroType, place: Place): void {
    const { discardTypeDocDefault, connectMetaData } = this.#options
    const typeDoc = isNamed(type) ? type.doc : null
    const doc = discardTypeDocDefault ? (place.doc ?? typeDoc ?? textProp(type, 'connect.doc')) : connectMetaData ? textProp(type, 'connect.doc') : null
    if (doc !== null) draft.doc = doc
    if (discardTypeDocDefault && connectMetaData && typeDoc !== null) draft.parameters.set('connect.record.doc', typeDoc)
    const version = type.props.get('connect.version') ?? place.version ?? -1
    if (typeof version !== 'number') throw new DataException(`Invalid Connect version found: ${plainText(version)}`)
    if (version >= 0) {
      if (draft.version != null && draft.version !== version) {
        throw new DataException(`Mismatched versions: version already added to SchemaBuilder (${draft.version}) differs from version in source schema (${version})`)
      }
      draft.version = version
    }
    const parameters = type.props.get('connect.parameters')
    if (connectMetaData && parameters !== undefined && parameters !== null) {
      if (!isJsonObject(parameters)) throw new DataException('Expected JSON object for schema parameters')
      for (const [key, value] of Object.entries(parameters)) {
        if (typeof value !== 'string') throw new DataException(`Expected schema parameter values to be strings but found: ${plainText(value)}`)
        draft.parameters.set(key, value)
      }
    }
    for (const [key, value] of type.props) if (key.startsWith('avro')) draft.parameters.set(key, plainText(value))
  }

  /** A default that does not fit is ignored, as in Java. */
  #default(draft: Draft, type: AvroType, fieldDefault: Json | undefined): void {
    const connectDefault = type.props.get('connect.default')
    const json = fieldDefault ?? connectDefault
    if (fieldDefault !== undefined && connectDefault === undefined && !this.#options.discardTypeDocDefault && this.#options.connectMetaData) draft.parameters.set(fieldDefaultFlag, 'true')
    if (json === undefined || json === null) return
    try {
      const bare = new Schema(draft)
      const value = defaultFromJson(bare, type, json, this.#options)
      if (bare.type !== 'STRUCT') validateValue(bare, value)
      draft.defaultValue = value ?? undefined
    } catch (error) {
      if (!(error instanceof DataException)) throw error
    }
  }
}

type MakeDraft = (kind: SchemaProperties['type'], more?: Partial<SchemaProperties>) => Draft
const intDraft = (connectType: string | null, logicalType: string | undefined, of: MakeDraft): Draft => {
  if (logicalType === 'date') return of('INT32', { name: dateName, version: 1 })
  if (logicalType === 'time-millis') return of('INT32', { name: timeName, version: 1 })
  if (logicalType !== undefined || connectType === null) return of('INT32')
  if (connectType !== 'int8' && connectType !== 'int16') throw new DataException('Connect type annotation for Avro int field is null')
  return of(connectType === 'int8' ? 'INT8' : 'INT16')
}
const decimalParameters = (type: AvroType): Map<string, string> => {
  const scale = type.props.get('scale')
  const precision = type.props.get('precision')
  if (precision !== undefined && typeof precision !== 'number') throw new DataException('precision property must be a JSON Integer. https://avro.apache.org/docs/1.9.1/spec.html#Decimal')
  const parameters = new Map([['scale', String(typeof scale === 'number' ? scale : 0)]])
  if (precision !== undefined && precision !== defaultPrecision) parameters.set(precisionParameter, String(precision))
  return parameters
}
const nameIt = (draft: Draft, type: AvroType): void => {
  const given = type.props.get('connect.name')
  if (given !== undefined && typeof given !== 'string') throw new DataException(`Invalid schema name: ${plainText(given)}`)
  const name = given ?? (isNamed(type) && !(type.kind === 'fixed' && draft.name === decimalName) ? type.fullName : undefined)
  if (name === undefined || name.startsWith(defaultFullName)) return
  if (draft.name != null && draft.name !== name) throw new DataException(`Mismatched names: name already added to SchemaBuilder (${draft.name}) differs from name in source schema (${name})`)
  draft.name = name
}
const withParameters = (given: Schema | LateSchema, more: { readonly [key: string]: Json }): Schema | LateSchema => {
  if (typeof given === 'function') return () => withParameters(given(), more) as Schema
  return new Schema({
    type: given.type, optional: given.isOptional, defaultValue: given.defaultValue, name: given.name, version: given.version, doc: given.doc,
    parameters: new Map([...(given.parameters ?? []), ...Object.entries(more).map(([key, value]) => [key, plainText(value)] as const)]),
    fields: given.type === 'STRUCT' ? given.fields : null,
    // they may be late, and are not asked for here
    keySchema: given.type === 'MAP' ? () => given.keySchema as Schema : null,
    valueSchema: given.type === 'MAP' || given.type === 'ARRAY' ? () => given.valueSchema as Schema : null,
  })
}
/** Asked for by a default inside of the record: such a default is left out. */
const notYet = (): never => {
  throw new DataException('Invalid default value: of a record inside of itself')
}
