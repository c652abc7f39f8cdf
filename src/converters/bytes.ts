/** org.apache.kafka.connect.converters.ByteArrayConverter: bytes as they are. */
import { DataException } from '../data/errors.ts'
import { schemas } from '../data/schema-builder.ts'
import { asBuffer, nullRanges, packRanges, rangesOf, sameSchema, Scratch } from './columns.ts'
import { encodeRows } from './encode-rows.ts'
import { javaClassOf } from '../data/java-text.ts'
import { type ConnectColumn, type EncodedColumn, type MakeConverter, noErrors } from './types.ts'

/** All schemas of the column are BYTES, or there are none. */
const onlyBytes = (values: ConnectColumn): boolean => values.schemas.every((schema) => schema.type === 'BYTES')

export const byteArrayConverter: MakeConverter = () => {
  const scratch = new Scratch()
  return {
    className: 'org.apache.kafka.connect.converters.ByteArrayConverter',
    fromConnect(values): EncodedColumn {
      if (values.column.kind === 'bytes' && onlyBytes(values)) return rangesOf(values.column.lengths, values.column.bytes)
      if (values.column.kind === 'null' && onlyBytes(values)) return nullRanges(values.count)
      return encodeRows(values, scratch, (value, schema, to) => {
        if (schema !== null && schema.type !== 'BYTES') throw new DataException(`Invalid schema type for ByteArrayConverter: ${schema.type}`)
        if (value === null) return false
        if (!(value instanceof Uint8Array)) throw new DataException(`ByteArrayConverter is not compatible with objects of type class ${javaClassOf(value, schema)}`)
        to.copy(asBuffer(value), 0, value.length)
        return true
      })
    },
    toConnect(parts, _topics, table) {
      const packed = packRanges(parts)
      const count = packed.lengths.length
      return { count, column: { kind: 'bytes', ...packed }, schema: sameSchema(count, table.indexOf(schemas.OPTIONAL_BYTES_SCHEMA)), errors: noErrors }
    },
  }
}
