/** What an invalid configuration is answered with, and what is said of keys that nothing reads. */
import { nearestKey } from '../config/known-keys.ts'
import { validationError } from '../config/validation.ts'
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { ConfigInfos } from './types.ts'

const log = logger('org.apache.kafka.connect.runtime.AbstractHerder')
/** Keys under these belong to a client or a group of topics, which know them or say so themselves. */
const prefixes = ['topic.creation.', 'producer.override.', 'consumer.override.', 'admin.override.']

/** Throws 400 with every message when there is any. */
export const refuseErrors = (infos: ConfigInfos): void => {
  const message = validationError(infos)
  if (message !== null) throw new ConnectError('CONFIG_INVALID', message)
}

type UnknownKey = { readonly key: string; readonly nearest: string | null }
type StringMap = Readonly<Record<string, string>>

/** Keys that neither the framework nor a plugin defines, each with the known key that was probably meant. */
export const unknownKeys = (config: StringMap, infos: ConfigInfos): readonly UnknownKey[] => {
  const known = new Set(infos.configs.flatMap(({ definition, value }) => (definition === null ? [] : [value.name])))
  return Object.keys(config)
    .filter((key) => !known.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))
    .map((key) => ({ key, nearest: nearestKey(key, known) }))
}

const listed = (text: string | undefined): readonly string[] => (text ?? '').split(',').map((alias) => alias.trim())
/** Why nobody reads a key of a converter, transformation or predicate; null where that is not known. */
export const whyWithoutEffect = (key: string, config: StringMap): string | null => {
  const converter = /^(?:key|value|header)\.converter(?=\.)/.exec(key)?.[0]
  if (converter !== undefined) return config[converter] === undefined ? `settings of a converter count only beside '${converter}' in the same configuration` : null
  const [, list, alias] = /^(transforms|predicates)\.(.+?)\./.exec(key) ?? []
  if (list === undefined || listed(config[list]).some((name) => key.startsWith(`${list}.${name}.`))) return null
  return `'${list}' does not list '${alias}'`
}

/** A plugin may read keys it does not define, so this is no error; a slip of the finger is a warning. */
export const reportUnknownKeys = (name: string, config: StringMap, infos: ConfigInfos): void => {
  const others: string[] = []
  for (const { key, nearest } of unknownKeys(config, infos)) {
    const why = whyWithoutEffect(key, config)
    if (why !== null) log.warn(`Configuration '${key}' of connector ${name} has no effect: ${why}`)
    else if (nearest !== null) log.warn(`Unknown configuration '${key}' of connector ${name}; did you mean '${nearest}'?`)
    else others.push(key)
  }
  if (others.length > 0) log.info(`Connector ${name}: the configurations '[${others.join(', ')}]' were supplied but are defined neither by Connect nor by its plugins.`)
}
