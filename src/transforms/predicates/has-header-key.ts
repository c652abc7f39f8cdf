/** HasHeaderKey: true for records with a header of that name. */
import { ConfigDef } from '../../data/config-def.ts'
import type { PredicatePlugin } from '../types.ts'

export const hasHeaderKey: PredicatePlugin = {
  className: 'org.apache.kafka.connect.transforms.predicates.HasHeaderKey',
  config: new ConfigDef().define('name', 'STRING', ConfigDef.NO_DEFAULT_VALUE, new ConfigDef.NonEmptyString(), 'MEDIUM', 'Name of the header.'),
  make: (config) => {
    const name = String(config['name'])
    return { test: (record) => record.headers.lastWithName(name) !== null }
  },
}
