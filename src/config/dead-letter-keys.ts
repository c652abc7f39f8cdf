/** Keys of dead letter topics and of `put` bisection that Kafka does not have: for source connectors, and beside Kafka's own for sinks. */
import type { ConfigMap } from '../data/config-def.ts'
import { ConfigDef } from '../data/config-def.ts'
import { ConfigException } from '../data/errors.ts'

export type DeadLetterQueue = { readonly topic: string; readonly replicationFactor: number; readonly contextHeaders: boolean }
/** `maxConsecutive`: so many records may fail one after the other before the sink, not the records, is taken to be at fault. */
export type PutBisection = { readonly maxConsecutive: number }

const topicKey = 'errors.deadletterqueue.topic.name'
const replicationKey = 'errors.deadletterqueue.topic.replication.factor'
const headersKey = 'errors.deadletterqueue.context.headers.enable'
const bisectKey = 'errors.put.bisect'
const maxConsecutiveKey = 'errors.put.bisect.max.consecutive'

/** Kafka's sink keys by the same names, with a source's meaning. */
export const addSourceDeadLetterKeys = (def: ConfigDef, group: string): ConfigDef => {
  const common = { importance: 'MEDIUM', group } as const
  return def
    .define(topicKey, { ...common, type: 'STRING', defaultValue: '', width: 'MEDIUM', orderInGroup: 6, displayName: 'Dead Letter Queue Topic Name', documentation: 'The name of the topic for records of this source connector that its transformations or converters fail on, as JSON with schemas. Blank: no such topic, and such records are dropped if errors.tolerance is all. (Isoconnect\'s own for source connectors.)' })
    .define(replicationKey, { ...common, type: 'SHORT', defaultValue: 3, width: 'MEDIUM', orderInGroup: 7, displayName: 'Dead Letter Queue Topic Replication Factor', documentation: 'Replication factor used to create the dead letter queue topic when it doesn\'t already exist.' })
    .define(headersKey, { ...common, type: 'BOOLEAN', defaultValue: false, width: 'MEDIUM', orderInGroup: 8, displayName: 'Enable Error Context Headers', documentation: 'If true, add headers containing error context to the messages written to the dead letter queue; their keys start with <code>__connect.errors.</code>' })
}
export const addBisectionKeys = (def: ConfigDef, group: string): ConfigDef =>
  def
    .define(bisectKey, { type: 'BOOLEAN', defaultValue: false, importance: 'MEDIUM', group, width: 'SHORT', orderInGroup: 9, displayName: 'Find the Record that Fails', documentation: 'If true, a put that fails is repeated with halves of its records until the record that makes it fail is found; that one alone goes to the dead letter queue. Needs errors.tolerance=all and a dead letter queue, and a task that may see records again which a failed put had begun to write.' })
    .define(maxConsecutiveKey, { type: 'INT', defaultValue: 100, validator: ConfigDef.Range.atLeast(1), importance: 'LOW', group, width: 'SHORT', orderInGroup: 10, displayName: 'Most Records that Fail in a Row', documentation: 'With errors.put.bisect: if so many records fail one after the other without one that is taken, the sink is taken to be at fault and the task fails.' })

export const deadLetterQueueOf = (values: ConfigMap): DeadLetterQueue | null => {
  const topic = String(values[topicKey] ?? '').trim()
  return topic === '' ? null : { topic, replicationFactor: Number(values[replicationKey]), contextHeaders: values[headersKey] === true }
}
/** Throws a ConfigException when what it needs is not configured. */
export const putBisectionOf = (values: ConfigMap): PutBisection | null => {
  if (values[bisectKey] !== true) return null
  if (values['errors.tolerance'] !== 'all') throw new ConfigException(bisectKey, true, 'it needs errors.tolerance=all, since the record it finds is dropped from the connector\'s point of view')
  if (deadLetterQueueOf(values) === null) throw new ConfigException(bisectKey, true, `it needs ${topicKey}, the topic for the record it finds`)
  return { maxConsecutive: Number(values[maxConsecutiveKey]) }
}
