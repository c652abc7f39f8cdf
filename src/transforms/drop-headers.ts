/** DropHeaders: takes headers away by name. */
import { ConfigDef } from '../data/config-def.ts'
import { listOf, plugin } from './plugin.ts'

const config = new ConfigDef()
  .define('headers', 'LIST', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidList.anyNonDuplicateValues(false, false), 'HIGH', 'Names of the headers to remove.')

export const dropHeaders = plugin('DropHeaders', config, (values) => {
  const names = new Set(listOf(values, 'headers'))
  return {
    apply: (record) => {
      const { headers } = record
      if ([...headers].some(({ key }) => names.has(key))) record.headers = headers.duplicate().apply((header) => (names.has(header.key) ? null : header))
      return true
    },
  }
})
