/** What an invalid configuration is answered with, and what is said of keys that nothing reads. */
import { clientDefs } from '../config/client-defs.ts'
import { nearestKey } from '../config/known-keys.ts'
import { validationError } from '../config/validation.ts'
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { ConfigInfos } from './types.ts'

const log = logger('org.apache.kafka.connect.runtime.AbstractHerder')
/** Keys under these belong to a client, which knows them or says so itself. */
const prefixes = ['producer.override.', 'consumer.override.', 'admin.override.']
const isOfClient = (key: string): boolean => prefixes.some((prefix) => key.startsWith(prefix))
/** `topic.creation.NAME.` of a group that there is: what is not Connect's in it is the topic's, and the broker knows it or says so. */
const isOfTopics = (key: string, config: StringMap): boolean =>
  key === 'topic.creation.groups' || ['default', ...listed(config['topic.creation.groups'])].some((group) => group !== '' && key.startsWith(`topic.creation.${group}.`))
/** Keys that are in no definition of connectors, for who misspells what stands before the client's own or the group's. */
const clientAndTopicKeys = (config: StringMap): readonly string[] => [
  ...Object.entries(clientDefs).flatMap(([kind, def]) => [...def.names()].map((name) => `${kind}.override.${name}`)),
  ...['default', ...listed(config['topic.creation.groups'])].flatMap((group) => ['include', 'exclude', 'partitions', 'replication.factor'].map((name) => `topic.creation.${group}.${name}`)),
  'topic.creation.groups',
]

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
  const unknown = Object.keys(config).filter((key) => !known.has(key) && !isOfClient(key) && !isOfTopics(key, config))
  if (unknown.length === 0) return []
  const all = [...known, ...clientAndTopicKeys(config)]
  return unknown.map((key) => ({ key, nearest: nearestKey(key, all) ?? all.find((name) => isOfConverter(name, key)) ?? null }))
}
/** `schemas.enable` for `value.converter.schemas.enable`. */
const isOfConverter = (name: string, key: string): boolean => /^(?:key|value|header)\.converter\./.test(name) && name.endsWith(`.converter.${key}`)

const listed = (text: string | undefined): readonly string[] => (text ?? '').split(',').map((alias) => alias.trim())
/** Why nobody reads a key of a converter, transformation, predicate or group of topics; null where that is not known. */
export const whyWithoutEffect = (key: string, config: StringMap): string | null => {
  const converter = /^(?:key|value|header)\.converter(?=\.)/.exec(key)?.[0]
  if (converter !== undefined) return config[converter] === undefined ? `settings of a converter count only beside '${converter}' in the same configuration` : null
  const group = /^topic\.creation\.(.+?)\./.exec(key)?.[1]
  if (group !== undefined) return isOfTopics(key, config) ? null : `'topic.creation.groups' does not list '${group}'`
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
