/** MaskField: fields without what they said: an empty value of their type, or a replacement. */
import { ConfigDef } from '../data/config-def.ts'
import { convertToByte, convertToDouble, convertToFloat, convertToInteger, convertToLong, convertToShort } from '../data/connect-values.ts'
import { DataException } from '../data/errors.ts'
import { parseBigDecimal } from '../data/java-cast.ts'
import { schemalessDouble, schemalessFloat } from '../data/java-double.ts'
import { inHashOrder } from '../data/java-hash.ts'
import { javaClassOf } from '../data/java-text.ts'
import { Decimal } from '../data/logical.ts'
import type { Schema } from '../data/schema.ts'
import { Struct } from '../data/struct.ts'
import { keyAndValue, listOf, replacesNull, textOrNull, withReplaceNull } from './plugin.ts'
import { entryOf, requireMap, requireStruct, withEntries } from './requirements.ts'
import { fieldValue, putField } from './structs.ts'

const purpose = 'mask fields'
const config = withReplaceNull(new ConfigDef()
  .define('fields', 'LIST', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidList.anyNonDuplicateValues(false, false), 'HIGH', 'Names of the fields to mask.')
  .define('replacement', 'STRING', null, new ConfigDef.NonEmptyString(), 'LOW', 'What all masked fields get instead, turned into their type. Only for fields that hold numbers or texts.'))

export const maskField = keyAndValue('MaskField', config, (values, side) => {
  const fields = new Set(inHashOrder(listOf(values, 'fields')))
  const replacement = textOrNull(values, 'replacement')
  const replaceNull = replacesNull(values)
  const masked = (value: unknown, schema: Schema | null): unknown =>
    value === null || value === undefined ? null : replacement === null ? emptied(value, schema) : replaced(value, schema, replacement)
  return {
    apply: (record) => {
      const schema = record.schema(side)
      if (schema === null) {
        const map = requireMap(record.value(side), purpose)
        record.set(side, null, withEntries(map, [...fields].map((name) => [name, masked(entryOf(map, name), null)])))
        return true
      }
      const struct = requireStruct(record.value(side), purpose, schema)
      const updated = new Struct(struct.schema)
      for (const field of struct.schema.fields) {
        const value = fieldValue(struct, field, replaceNull)
        putField(updated, field, fields.has(field.name) ? masked(value, field.schema) : value)
      }
      record.set(side, schema, updated)
      return true
    },
  }
})

const emptied = (value: unknown, schema: Schema | null): unknown => {
  const className = javaClassOf(value, schema)
  switch (className) {
    case 'java.lang.Boolean':
      return false
    case 'java.lang.Byte':
    case 'java.lang.Short':
    case 'java.lang.Integer':
    case 'java.lang.Long':
      return 0
    case 'java.lang.Float':
      return schema === null ? schemalessFloat(0) : 0
    case 'java.lang.Double':
      return schema === null ? schemalessDouble(0) : 0
    case 'java.math.BigDecimal':
      return new Decimal(0n, 0)
    case 'java.util.Date':
      return new Date(0)
    case 'java.lang.String':
      return ''
    case 'java.util.ArrayList':
      return []
    case 'java.util.HashMap':
      return value instanceof Map ? new Map() : {}
    default:
      throw new DataException(`Cannot mask value of type: class ${className}`)
  }
}

const replaced = (value: unknown, schema: Schema | null, replacement: string): unknown => {
  const className = javaClassOf(value, schema)
  switch (className) {
    case 'java.lang.Byte':
      return convertToByte(null, replacement)
    case 'java.lang.Short':
      return convertToShort(null, replacement)
    case 'java.lang.Integer':
      return convertToInteger(null, replacement)
    case 'java.lang.Long':
      return convertToLong(null, replacement)
    case 'java.lang.Float': {
      const float = convertToFloat(null, replacement) ?? 0
      return schema === null ? schemalessFloat(float) : float
    }
    case 'java.lang.Double': {
      const double = convertToDouble(null, replacement) ?? 0
      return schema === null ? schemalessDouble(double) : double
    }
    case 'java.lang.String':
      return replacement
    case 'java.math.BigDecimal': {
      const decimal = parseBigDecimal(replacement)
      if (decimal === null) throw new DataException(`Unable to convert ${replacement} (class java.lang.String) to number`)
      return decimal
    }
    default:
      throw new DataException(`Cannot mask value of type class ${className} with custom replacement.`)
  }
}
