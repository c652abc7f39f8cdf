/**
 * What a call came to, as its caller in the worker expects it: shapes and types, copied field by field. The guest's side sees to most of it, but
 * a plugin can return what it likes, and a cell that was taken over anything. What is wrong is the call's error, in words for the plugin's author.
 */
import type { GuestApi, PluginDescription, StringMap, TaskTraits, TopicPartitionOffset } from '../wire/guest-api.ts'
import type { TargetKind } from './cell.ts'

export class ResultError extends Error {
  override readonly name = 'ResultError'
}
const fail = (what: string): never => {
  throw new ResultError(what)
}
type Check = (value: unknown) => unknown
type Fields = Readonly<Record<string, unknown>>

const maxItems = 100_000
const fieldsOf = (value: unknown, what: string): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : fail(`${what} that is no object`))
const list = (value: unknown, what: string): readonly unknown[] => (Array.isArray(value) && value.length <= maxItems ? value : fail(`${what} that is no list, or too long`))
const text = (value: unknown, what: string): string => (typeof value === 'string' ? value : fail(`${what} that is no text`))
const textOrNull = (value: unknown, what: string): string | null => (value === null || value === undefined ? null : text(value, what))
const texts = (value: unknown, what: string): readonly string[] => list(value, what).map((item) => text(item, what))
const count = (value: unknown, what: string): number => (Number.isSafeInteger(value) ? (value as number) : fail(`${what} that is no whole number`))

const nothing: Check = () => undefined
const support: Check = (value) => (value === null || value === 'SUPPORTED' || value === 'UNSUPPORTED' ? value : fail('a support that is neither SUPPORTED nor UNSUPPORTED'))
const traits = (value: unknown): TaskTraits => {
  const { commit, commitRecord, preCommit, flush } = fieldsOf(value, 'traits')
  return { commit: commit === true, commitRecord: commitRecord === true, preCommit: preCommit === true, flush: flush === true }
}
/** Own properties only, and none called `__proto__`: the map is spread and assigned on its way. */
const stringMap = (value: unknown): StringMap =>
  Object.fromEntries(Object.entries(fieldsOf(value, 'a configuration')).map(([key, item]) => (key === '__proto__' ? fail('a configuration with the key __proto__') : [key, text(item, 'a value of a configuration')])))
const description = (value: unknown): PluginDescription => {
  const { version, config } = fieldsOf(value, 'a description')
  return { version: text(version, 'a version'), config: list(config, 'a ConfigDef').map(configKey) as PluginDescription['config'] }
}
const configKey = (value: unknown): unknown => {
  const key = fieldsOf(value, 'a key of a ConfigDef')
  return {
    ...key,
    name: text(key['name'], 'the name of a key'),
    type: text(key['type'], 'the type of a key'),
    importance: text(key['importance'], 'the importance of a key'),
    documentation: text(key['documentation'] ?? '', 'the documentation of a key'),
    dependents: texts(key['dependents'], 'dependents'),
  }
}
const configValue = (value: unknown): unknown => {
  const { name, value: given, recommendedValues, errors, visible } = fieldsOf(value, 'a validated value')
  return { name: text(name, 'the name of a value'), value: textOrNull(given, 'a value'), recommendedValues: texts(recommendedValues, 'recommended values'), errors: texts(errors, 'errors'), visible: visible !== false }
}
const position = (value: unknown): TopicPartitionOffset => {
  const { topic, partition, offset } = fieldsOf(value, 'an offset')
  return { topic: text(topic, 'a topic'), partition: count(partition, 'a partition'), offset: count(offset, 'an offset') }
}

const ttl = (value: unknown): number | null => (value === null || value === undefined ? null : typeof value === 'number' && value >= 0 ? value : fail('a time to live that is no number of milliseconds'))
const provided = (value: unknown): { readonly data: StringMap; readonly ttlMs: number | null } => {
  const { data, ttlMs } = fieldsOf(value, 'values')
  return { data: stringMap(data), ttlMs: ttl(ttlMs) }
}
/** Which rows a result speaks of is checked by whoever gave the rows (worker/guest-results.ts). */
const byRows: Check = (value) => value

const checks: { readonly [K in TargetKind]: { readonly [M in keyof GuestApi[K]]: Check } } = {
  connector: {
    describe: description,
    validate: (value) => list(value, 'validated values').map(configValue),
    initialize: nothing,
    start: nothing,
    stop: nothing,
    taskClass: (value) => text(value, 'a task class'),
    taskConfigs: (value) => list(value, 'configurations').map(stringMap),
    exactlyOnceSupport: support,
    canDefineTransactionBoundaries: support,
    alterOffsets: (value) => value === true,
  },
  source: { start: traits, poll: (value) => value, commit: nothing, commitRecords: nothing, stop: nothing },
  sink: { start: traits, put: nothing, preCommit: (value) => list(value, 'offsets').map(position), open: nothing, close: nothing, stop: nothing },
  plugin: { describe: description, validate: (value) => list(value, 'validated values').map(configValue) },
  transforms: { start: nothing, apply: byRows, test: byRows, stop: nothing },
  converter: { start: (value) => ({ takesHeaders: fieldsOf(value, 'traits')['takesHeaders'] === true }), fromConnect: byRows, toConnect: byRows, stop: nothing },
  config_provider: { start: nothing, get: provided, stop: nothing },
}

/** The value for the caller. Throws ResultError. A batch of `poll` has been checked when its message was (check-message.ts). */
export const checkResult = (kind: TargetKind, method: string, value: unknown): unknown => {
  const check = (checks[kind] as Readonly<Record<string, Check>>)[method]
  return check === undefined ? fail('a result of an unknown call') : check(value)
}
