/**
 * Connector files named on the command line of a standalone worker, tried in Kafka's order: a JSON map of settings, a JSON
 * `{"name", "config", "initial_state"}` as REST takes it, Java properties.
 */
import { readFile } from 'node:fs/promises'
import { jsonProblem } from '../config/json-problem.ts'
import { readPropertiesFile } from '../config/properties.ts'
import { validationError } from '../config/validation.ts'
import { parseJson } from '../data/json.ts'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { TargetState } from '../worker/types.ts'
import type { Herder } from './types.ts'

const log = logger('org.apache.kafka.connect.cli.ConnectStandalone')

export type ConnectorFile = { readonly name: string; readonly config: StringMap; readonly initialState: TargetState | null }

const targetStates: Readonly<Record<string, TargetState>> = { RUNNING: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' }
const fail = (message: string): never => {
  throw new ConnectError('CONFIG_INVALID', message)
}

export const readConnectorFile = async (file: string): Promise<ConnectorFile> => {
  const text = await readFile(file, 'utf8').catch((error: unknown) => fail(`Cannot read the connector configuration '${file}': ${messageOf(error)}`))
  if (text.trimStart().startsWith('{')) return fromJson(file, text)
  return named(file, await readPropertiesFile(file))
}

const fromJson = (file: string, text: string): ConnectorFile => {
  let json: Readonly<Record<string, unknown>>
  try {
    json = parseJson(text) as Readonly<Record<string, unknown>>
  } catch {
    // the parser's own words repeat the text, which may hold a password
    return fail(`Connector configuration at '${file}' is not valid JSON: ${jsonProblem(text)}`)
  }
  const settings = stringMap(json)
  if (settings !== null) return named(file, settings)
  const config = isObject(json['config']) ? stringMap(json['config']) : null
  if (config === null) return fail(`Connector configuration at '${file}' is neither a map of settings nor an object with 'name' and 'config': values must be text, numbers or true/false`)
  const name = (scalar(json['name']) ?? '').trim()
  if ('name' in config && config['name'] !== name) fail(`Connector name configuration in 'config' doesn't match the one specified in 'name' at '${file}'`)
  if (name === '') fail(`Connector configuration at '${file}' is missing the mandatory 'name' configuration`)
  return { name, config: { ...config, name }, initialState: initialState(file, json['initial_state']) }
}

const initialState = (file: string, value: unknown): TargetState | null => {
  if (value === undefined || value === null) return null
  const state = typeof value === 'string' ? targetStates[value.toUpperCase()] : undefined
  return state ?? fail(`Connector configuration at '${file}' has the initial_state ${JSON.stringify(value)}; it may be RUNNING, PAUSED or STOPPED`)
}

const named = (file: string, config: StringMap): ConnectorFile => {
  const name = config['name']
  return name === undefined ? fail(`Connector configuration at '${file}' is missing the mandatory 'name' configuration`) : { name, config, initialState: null }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value)
/** Numbers and booleans become text, as Jackson makes them. */
const scalar = (value: unknown): string | null => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null)
/** Null when a value is anything else. */
const stringMap = (json: Readonly<Record<string, unknown>>): StringMap | null => {
  const entries = Object.entries(json).map(([key, value]) => [key, scalar(value)] as const)
  return entries.every((entry): entry is readonly [string, string] => entry[1] !== null) ? Object.fromEntries(entries) : null
}

type Creator = Pick<Herder, 'putConnectorConfig' | 'validate'>

/**
 * Creates the connectors of the files one after the other. Before the first is created all are read and validated, so that a slip in
 * the last file does not leave the others running; what is wrong comes in one error. Rejects at the first that cannot be created.
 */
export const createConnectors = async (herder: Creator, files: readonly string[]): Promise<void> => {
  for (const { file, connector } of await readAll(herder, files)) {
    const { name, config, initialState: state } = connector
    try {
      const { info } = await herder.putConnectorConfig(name, config, { allowReplace: false, ...(state === null ? {} : { initialState: state }) })
      log.info(`Created connector ${info.name}`)
    } catch (error) {
      log.error(`Failed to create connector for ${file}`)
      throw error
    }
  }
}

const readAll = async (herder: Creator, files: readonly string[]): Promise<readonly { readonly file: string; readonly connector: ConnectorFile }[]> => {
  const found: { readonly file: string; readonly connector: ConnectorFile }[] = []
  const problems: { readonly file: string; readonly error: unknown }[] = []
  for (const file of files) {
    try {
      const connector = await readConnectorFile(file)
      const other = found.find(({ connector: { name } }) => name === connector.name)
      if (other !== undefined) throw new ConnectError('ALREADY_EXISTS', `Connector configurations at '${other.file}' and '${file}' have the same name, ${connector.name}`)
      const message = validationError(await herder.validate(connector.config))
      if (message !== null) throw new ConnectError('CONFIG_INVALID', message)
      found.push({ file, connector })
    } catch (error) {
      log.error(`Failed to create connector for ${file}`)
      problems.push({ file, error })
    }
  }
  if (problems.length === 1) throw problems[0]?.error
  if (problems.length > 1) fail(`${problems.length} connector configurations are wrong:\n${problems.map(({ file, error }) => `${file}: ${messageOf(error)}`).join('\n')}`)
  return found
}
