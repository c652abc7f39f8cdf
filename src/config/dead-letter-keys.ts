/** Keys of dead letter topics and of `put` bisection that Kafka does not have: for source connectors, and beside Kafka's own for sinks. */
import type { ConfigMap } from '../data/config-parse.ts'
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

/** What a broker would refuse when the task starts. Blank: no such topic. */
const topicName = ConfigDef.LambdaValidator.with((name, value) => {
  const topic = String(value ?? '').trim()
  if (topic !== '' && (!/^[\w.-]{1,249}$/.test(topic) || /^\.{1,2}$/.test(topic))) throw new ConfigException(name, topic, 'it has to be a topic name: up to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-"')
})
const replicationFactor = ConfigDef.LambdaValidator.with((name, value) => {
  if (value !== -1 && !(Number(value) > 0)) throw new ConfigException(name, value, 'it has to be 1 or more, or -1 for the broker\'s default')
})

/** Kafka's sink keys by the same names, with a source's meaning. */
export const addSourceDeadLetterKeys = (def: ConfigDef, group: string): ConfigDef => {
  const common = { importance: 'MEDIUM', group } as const
  return def
    .define(topicKey, { ...common, type: 'STRING', defaultValue: '', validator: topicName, width: 'MEDIUM', orderInGroup: 6, displayName: 'Dead Letter Queue Topic Name', documentation: 'The name of the topic for records of this source connector that its transformations or converters fail on, as JSON with schemas. Blank: no such topic, and such records are dropped if errors.tolerance is all. (Isoconnect\'s own for source connectors.)' })
    .define(replicationKey, { ...common, type: 'SHORT', defaultValue: 3, validator: replicationFactor, width: 'MEDIUM', orderInGroup: 7, displayName: 'Dead Letter Queue Topic Replication Factor', documentation: 'Replication factor used to create the dead letter queue topic when it doesn\'t already exist.' })
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
/** What `errors.put.bisect=true` needs and does not have, each with what to set. */
export const bisectionProblems = (values: ConfigMap): readonly string[] => {
  if (values[bisectKey] !== true) return []
  return [
    ...(values['errors.tolerance'] === 'all' ? [] : ['it needs errors.tolerance=all, since the record it finds is left out']),
    ...(deadLetterQueueOf(values) === null ? [`it needs ${topicKey}, the topic for the record it finds`] : []),
  ].map((problem) => new ConfigException(bisectKey, true, problem).message)
}
/** Throws for the first of those problems; a validation has told them all before. */
export const putBisectionOf = (values: ConfigMap): PutBisection | null => {
  const [problem] = bisectionProblems(values)
  if (problem !== undefined) throw new ConfigException(problem)
  return values[bisectKey] === true ? { maxConsecutive: Number(values[maxConsecutiveKey]) } : null
}
