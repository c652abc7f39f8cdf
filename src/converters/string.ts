/** org.apache.kafka.connect.storage.StringConverter: text as bytes in `converter.encoding`. Text columns pass untouched in UTF-8. */
import { ConfigException } from '../data/errors.ts'
import { schemas } from '../data/schema-builder.ts'
import { columnToUtf8 } from '../wire/transcode.ts'
import { type Charset, charsetOf } from './charset.ts'
import { asBuffer, nullRanges, packRanges, rangesOf, sameSchema, Scratch } from './columns.ts'
import { parsedConfig } from './config.ts'
import { decodeRows, encodeRows } from './encode-rows.ts'
import { javaText } from '../data/java-text.ts'
import { type ConnectColumn, type Converter, type DecodedColumn, type EncodedColumn, type MakeConverter, noErrors } from './types.ts'

const className = 'org.apache.kafka.connect.storage.StringConverter'
const optionalString = schemas.OPTIONAL_STRING_SCHEMA

export const stringConverter: MakeConverter = (config, isKey) => {
  const name = String(parsedConfig(className, config, isKey)['converter.encoding'])
  const charset = charsetOf(name)
  if (charset === null) throw new ConfigException('converter.encoding', name, 'Unsupported encoding; UTF-8, UTF-16, UTF-32, US-ASCII, ISO-8859, Windows and East Asian character sets are supported')
  return charset === 'utf8' ? utf8Converter() : charsetConverter(charset)
}

const utf8Converter = (): Converter => {
  const scratch = new Scratch()
  return {
    className,
    fromConnect(values: ConnectColumn): EncodedColumn {
      if (values.column.kind === 'null') return nullRanges(values.count)
      const column = values.column.kind === 'objects' ? null : columnToUtf8(values.column)
      if (column?.kind === 'utf8') return rangesOf(column.lengths, column.bytes)
      return encodeRows(values, scratch, (value, schema, to) => {
        if (value === null) return false
        to.utf8(javaText(value, schema))
        return true
      })
    },
    toConnect(parts, _topics, table): DecodedColumn {
      const packed = packRanges(parts)
      const count = packed.lengths.length
      return { count, column: { kind: 'utf8', ...packed }, schema: sameSchema(count, table.indexOf(optionalString)), errors: noErrors }
    },
  }
}

const charsetConverter = (charset: Charset): Converter => {
  const scratch = new Scratch()
  return {
    className,
    fromConnect: (values) =>
      encodeRows(values, scratch, (value, schema, to) => {
        if (value === null) return false
        const bytes = asBuffer(charset.encode(javaText(value, schema)))
        to.copy(bytes, 0, bytes.length)
        return true
      }),
    toConnect: (parts, _topics, table) =>
      decodeRows(parts, table, (bytes, start, end) => ({ schema: optionalString, value: charset.decode(bytes.subarray(start, end)) }), { schema: optionalString, value: null }),
  }
}
