/** org.apache.kafka.connect.storage.SimpleHeaderConverter: values as text, text as the value it most likely stands for (contract: data model §5). */
import { convertToString, parseString, type SchemaAndValue } from '../data/connect-values.ts'
import { rangesOf, Scratch } from './columns.ts'
import { decodeRows, encodeRows } from './encode-rows.ts'
import type { MakeConverter } from './types.ts'

export const simpleHeaderConverter: MakeConverter = () => {
  const scratch = new Scratch()
  return {
    className: 'org.apache.kafka.connect.storage.SimpleHeaderConverter',
    fromConnect(values) {
      if (values.column.kind === 'utf8') return rangesOf(values.column.lengths, values.column.bytes)
      return encodeRows(values, scratch, (value, schema, to) => {
        const text = convertToString(schema, value)
        if (text !== null) to.utf8(text)
        return text !== null
      })
    },
    toConnect: (parts, _topics, table) => decodeRows(parts, table, (bytes, start, end) => parseString(bytes.toString('utf8', start, end)), nothing),
  }
}
const nothing: SchemaAndValue = { schema: null, value: null }
