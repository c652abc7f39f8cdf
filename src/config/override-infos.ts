/** What validation says of the client settings that a connector overrides. Only those of clients that the connector has. Pure. */
import { convertToString, parseType, type ConfigData } from '../data/config-parse.ts'
import { configKeyData } from '../data/config-key.ts'
import { messageOf } from '../errors.ts'
import { clientDefs, type ClientKind } from './client-defs.ts'
import { overrideProblem } from './client-properties.ts'
import { configKeyInfo, type ConfigInfo, type GivenConfig } from './config-infos.ts'
import type { ConnectorType } from './connector-config.ts'
import { usesTopicCreation } from './topic-creation.ts'
import type { WorkerConfig } from './worker-config.ts'

const isBlank = (text: string | null | undefined): boolean => (text ?? '').trim() === ''

export const overrideInfos = (props: GivenConfig, type: ConnectorType, worker: WorkerConfig): ConfigInfo[] => {
  const deadLetters = !isBlank(props['errors.deadletterqueue.topic.name'])
  const exactlyOnce = worker.distributed !== null && (worker.distributed.exactlyOnceSourceSupport === 'enabled' || !isBlank(props['offsets.storage.topic']))
  const kinds: readonly (readonly [ClientKind, boolean])[] = [
    ['producer', type === 'source' || deadLetters],
    ['consumer', type === 'sink' || exactlyOnce],
    ['admin', type === 'source' ? usesTopicCreation(props) || exactlyOnce : deadLetters],
  ]
  return kinds.flatMap(([kind, used]) => (used ? Object.entries(props).flatMap(([name, value]) => overrideInfo(name, value, kind, worker) ?? []) : []))
}

const overrideInfo = (name: string, given: string | null, kind: ClientKind, worker: WorkerConfig): ConfigInfo | null => {
  const prefix = `${kind}.override.`
  const key = name.slice(prefix.length)
  if (!name.startsWith(prefix) || key === '') return null
  const definition = clientDefs[kind].configKeys().get(key)
  const errors: string[] = []
  let value: ConfigData = given
  try {
    if (definition !== undefined) value = parseType(key, given, definition.type)
  } catch (error) {
    value = null
    errors.push(messageOf(error))
  }
  const problem = overrideProblem(worker.overridePolicy, key)
  if (problem !== null) errors.push(problem)
  return {
    definition: definition === undefined ? null : configKeyInfo(configKeyData(definition), prefix),
    value: { name, value: convertToString(value, definition?.type ?? null), recommended_values: [], errors, visible: true },
  }
}
