/** InsertHeader: appends a header whose value is read from a literal. */
import { ConfigDef } from '../data/config-def.ts'
import { parseString } from '../data/connect-values.ts'
import { plugin, textOf } from './plugin.ts'

const config = new ConfigDef()
  .define('header', 'STRING', ConfigDef.NO_DEFAULT_VALUE, new ConfigDef.NonNullValidator(), 'HIGH', 'Name of the header.')
  .define('value.literal', 'STRING', ConfigDef.NO_DEFAULT_VALUE, new ConfigDef.NonNullValidator(), 'HIGH', 'Literal of the value that the header has on every record.')

export const insertHeader = plugin('InsertHeader', config, (values) => {
  const name = textOf(values, 'header')
  const { schema, value } = parseString(textOf(values, 'value.literal'))
  return {
    apply: (record) => {
      record.headers = record.headers.duplicate().add(name, value, schema)
      return true
    },
  }
})
