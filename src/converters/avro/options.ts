/** How Connect's schemas and Avro's are turned into each other: Confluent's AvroDataConfig. */
import { Schema } from '../../data/schema.ts'
import { enumParameter, fixedSizeParameter, generalizedEnum, generalizedUnion, scrubFullName, splitName, unionName } from './names.ts'
import { type AvroType, isNamed, typeName } from './schema.ts'

export type AvroDataOptions = {
  readonly enhancedAvroSchemaSupport: boolean
  readonly scrubInvalidNames: boolean
  readonly connectMetaData: boolean
  readonly discardTypeDocDefault: boolean
  readonly allowOptionalMapKeys: boolean
  readonly flattenSingletonUnions: boolean
  readonly generalizedSumTypeSupport: boolean
  readonly ignoreDefaultForNullables: boolean
  readonly schemasCacheSize: number
}

export const isUnionSchema = (schema: Schema): boolean => schema.type === 'STRUCT' && (schema.name === unionName || schema.parameters?.has(generalizedUnion) === true)
export const isEnumSchema = (schema: Schema): boolean => schema.type === 'STRING' && (schema.parameters?.has(enumParameter) === true || schema.parameters?.has(generalizedEnum) === true)
export const isFixedSchema = (schema: Schema): boolean => schema.type === 'BYTES' && schema.name !== null && schema.parameters?.has(fixedSizeParameter) === true
/** Maps whose keys are strings are Avro maps; all others are arrays of entries. */
export const hasTextKeys = (schema: Schema, options: AvroDataOptions): boolean => schema.keySchema?.type === 'STRING' && (!schema.keySchema.isOptional || options.allowOptionalMapKeys)
/** The parameter that tells an enum from a string. */
export const enumParameterOf = (options: AvroDataOptions): string => (options.generalizedSumTypeSupport ? generalizedEnum : enumParameter)

/** The field that stands for a member of a union in the struct that holds it. */
export const memberFieldName = (member: AvroType, index: number, options: AvroDataOptions): string => {
  if (options.generalizedSumTypeSupport) return `connect_union_field_${index}`
  if (!isNamed(member)) return member.kind
  return options.enhancedAvroSchemaSupport ? scrubFullName(member.fullName, options.scrubInvalidNames) : splitName(typeName(member), options.scrubInvalidNames)[1]
}

export const required = (schema: Schema): Schema => asOptional(schema, false)
export const asOptional = (schema: Schema, optional: boolean): Schema => (schema.isOptional === optional ? schema : new Schema({
  type: schema.type, optional, defaultValue: schema.defaultValue, name: schema.name, version: schema.version, doc: schema.doc, parameters: schema.parameters,
  fields: schema.type === 'STRUCT' ? schema.fields : null,
  keySchema: schema.type === 'MAP' ? schema.keySchema : null,
  valueSchema: schema.type === 'MAP' || schema.type === 'ARRAY' ? schema.valueSchema : null,
}))
