/** TopicNameMatches: true for records whose whole topic name matches a regular expression. */
import { fullMatch, regexValidator } from '../../config/java-regex.ts'
import { ConfigDef } from '../../data/config-def.ts'
import type { PredicatePlugin } from '../types.ts'

export const topicNameMatches: PredicatePlugin = {
  className: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches',
  config: new ConfigDef().define(
    'pattern', 'STRING', ConfigDef.NO_DEFAULT_VALUE, ConfigDef.CompositeValidator.of(new ConfigDef.NonEmptyString(), regexValidator), 'MEDIUM',
    'Java regular expression that the whole topic name has to match.',
  ),
  make: (config) => {
    const pattern = fullMatch(String(config['pattern']))
    return { test: (record) => pattern.test(record.topic) }
  },
}
