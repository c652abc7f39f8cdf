/** org.apache.kafka.connect.storage.StringConverter: text as bytes in `converter.encoding`. Text columns pass untouched in UTF-8. */
import { ConfigException, DataException } from '../data/errors.ts'
import { schemas } from '../data/schema-builder.ts'
import { columnToUtf8 } from '../wire/transcode.ts'
import { nullRanges, packRanges, rangesOf, sameSchema, Scratch } from './columns.ts'
import { decodeRows, encodeRows } from './encode-rows.ts'
import { javaText } from '../data/java-text.ts'
import { type ConnectColumn, type Converter, type DecodedColumn, type EncodedColumn, type MakeConverter, noErrors } from './types.ts'

const optionalString = schemas.OPTIONAL_STRING_SCHEMA

export const stringConverter: MakeConverter = (config) => {
  const encoding = charsetOf(config['converter.encoding'] ?? 'UTF-8')
  return encoding === 'utf8' ? utf8Converter() : charsetConverter(encoding)
}
const className = 'org.apache.kafka.connect.storage.StringConverter'

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

/** Charsets of Java's that Node has too. */
const charsets: Readonly<Record<string, BufferEncoding>> = {
  'utf-8': 'utf8', utf8: 'utf8', 'us-ascii': 'ascii', ascii: 'ascii', 'iso-8859-1': 'latin1', latin1: 'latin1', iso8859_1: 'latin1', 'utf-16le': 'utf16le',
}
const charsetOf = (name: string): BufferEncoding => {
  const found = charsets[name.toLowerCase()]
  if (!found) throw new ConfigException('converter.encoding', name, `Unknown or unsupported charset; known are ${Object.keys(charsets).join(', ')}`)
  return found
}
const charsetConverter = (encoding: BufferEncoding): Converter => {
  const scratch = new Scratch()
  return {
    className,
    fromConnect: (values) =>
      encodeRows(values, scratch, (value, schema, to) => {
        if (value === null) return false
        // Java writes `?` for what a single-byte charset lacks
        const text = javaText(value, schema)
        const limit = encoding === 'ascii' ? 0x7f : encoding === 'latin1' ? 0xff : 0xffff
        const bytes = Buffer.from(limit === 0xffff ? text : Array.from(text, (char) => ((char.codePointAt(0) ?? 0) > limit ? '?' : char)).join(''), encoding === 'ascii' ? 'latin1' : encoding)
        to.copy(bytes, 0, bytes.length)
        return true
      }),
    toConnect: (parts, _topics, table) =>
      decodeRows(parts, table, (bytes, start, end) => ({ schema: optionalString, value: decode(bytes, start, end, encoding) }), { schema: optionalString, value: null }),
  }
}
const decode = (bytes: Uint8Array, start: number, end: number, encoding: BufferEncoding): string => {
  if (encoding === 'utf16le' && (end - start) % 2 !== 0) throw new DataException('Failed to deserialize string: ')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
  return encoding === 'ascii' ? text.toString('latin1').replaceAll(/[\u0080-\u00ff]/g, '\ufffd') : text.toString(encoding)
}
