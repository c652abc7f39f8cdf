/** Filter: drops every record it gets, so it is used with a predicate. */
import { ConfigDef } from '../data/config-def.ts'
import type { TransformationPlugin } from './types.ts'

export const filter: TransformationPlugin = {
  className: 'org.apache.kafka.connect.transforms.Filter',
  config: new ConfigDef(),
  make: () => ({ apply: () => false }),
}
