/** Under which subject a schema stands in the registry: Confluent's three strategies. */
import { ConfigException, DataException } from '../../data/errors.ts'
import { type AvroType, isNamed } from './schema.ts'

const prefix = 'io.confluent.kafka.serializers.subject.'
export const topicNameStrategy = `${prefix}TopicNameStrategy`
const recordNameStrategy = `${prefix}RecordNameStrategy`
const topicRecordNameStrategy = `${prefix}TopicRecordNameStrategy`
const strategies = [topicNameStrategy, recordNameStrategy, topicRecordNameStrategy]

export type SubjectOptions = { readonly strategy: string; readonly isKey: boolean }

/** Full class or simple name. Throws a ConfigException. */
export const strategyOf = (key: string, name: string): string => {
  const found = strategies.find((each) => each === name || each === `${prefix}${name}`)
  if (found === undefined) throw new ConfigException(key, name, `expected ${strategies.join(', ')}`)
  return found
}

/** Throws a DataException where the strategy needs a record. */
export const subjectOf = (topic: string, type: AvroType, { strategy, isKey }: SubjectOptions): string => {
  if (strategy === topicNameStrategy) return `${topic}-${isKey ? 'key' : 'value'}`
  if (!isNamed(type)) throw new DataException(`In configuration ${isKey ? 'key' : 'value'}.subject.name.strategy = ${strategy}, the message ${isKey ? 'key' : 'value'} must only be a record schema`)
  return strategy === recordNameStrategy ? type.fullName : `${topic}-${type.fullName}`
}
