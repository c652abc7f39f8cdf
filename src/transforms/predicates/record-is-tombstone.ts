/** RecordIsTombstone: true for records whose value is null. */
import { ConfigDef } from '../../data/config-def.ts'
import type { PredicatePlugin } from '../types.ts'

export const recordIsTombstone: PredicatePlugin = {
  className: 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone',
  config: new ConfigDef(),
  make: () => ({ test: (record) => record.isNull('value') }),
}
