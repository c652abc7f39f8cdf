/** What an invalid configuration is answered with, and what is said of keys that nothing reads. */
import { nearestKey } from '../config/known-keys.ts'
import { validationError } from '../config/validation.ts'
import { ConnectError } from '../errors.ts'
import { logger } from '../log.ts'
import type { ConfigInfos } from './types.ts'

const log = logger('org.apache.kafka.connect.runtime.AbstractHerder')
/** Keys under these belong to a converter, a client or a group of topics, which know them or say so themselves. */
const prefixes = ['key.converter.', 'value.converter.', 'header.converter.', 'transforms.', 'predicates.', 'topic.creation.', 'producer.override.', 'consumer.override.', 'admin.override.']

/** Throws 400 with every message when there is any. */
export const refuseErrors = (infos: ConfigInfos): void => {
  const message = validationError(infos)
  if (message !== null) throw new ConnectError('CONFIG_INVALID', message)
}

/** Keys that neither the framework nor the plugin defines, each with the known key that was probably meant. */
export const unknownKeys = (config: Readonly<Record<string, string>>, infos: ConfigInfos): readonly { readonly key: string; readonly nearest: string | null }[] => {
  const known = new Set(infos.configs.flatMap(({ definition, value }) => (definition === null ? [] : [value.name])))
  return Object.keys(config)
    .filter((key) => !known.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))
    .map((key) => ({ key, nearest: nearestKey(key, known) }))
}
/** A plugin may read keys it does not define, so this is no error; a slip of the finger is a warning. */
export const reportUnknownKeys = (name: string, config: Readonly<Record<string, string>>, infos: ConfigInfos): void => {
  const unknown = unknownKeys(config, infos)
  for (const { key, nearest } of unknown) if (nearest !== null) log.warn(`Unknown configuration '${key}' of connector ${name}; did you mean '${nearest}'?`)
  const others = unknown.filter(({ nearest }) => nearest === null)
  if (others.length > 0) log.info(`Connector ${name}: the configurations '[${others.map(({ key }) => key).join(', ')}]' were supplied but are defined neither by Connect nor by its plugin.`)
}
