/** `/connectors`: create, read, change, delete, and the actions on connectors and tasks. */
import { ConnectError } from '../../errors.ts'
import { logger } from '../../log.ts'
import type { Herder, OffsetsJson } from '../../herder/types.ts'
import { readConfig, readCreateRequest, readOffsets } from '../body.ts'
import type { RestParts, RestRequest, RestResponse, Route } from '../types.ts'
import { accepted, noContent, ok } from '../types.ts'

const log = logger('org.apache.kafka.connect.runtime.rest.resources.ConnectorsResource')
type StringMap = Record<string, string>

/**
 * A configuration may hold null values here; validation refuses them with Kafka's message, so none is ever stored.
 * The name is added when absent, and must be that of the URL when given.
 */
const named = (config: Readonly<Record<string, string | null>>, name: string): StringMap => {
  const given = config.name
  if (given !== undefined && given !== name) throw new ConnectError('BAD_REQUEST', `Connector name configuration (${given}) doesn't match connector name in the URL (${name})`)
  return { ...config, name } as StringMap
}

/** As Java's UriBuilder writes a path segment. */
const pathSegment = (name: string): string =>
  encodeURIComponent(name).replaceAll(/%(?:3A|40|24|26|2B|2C|3B|3D|2F)/g, (escape) => decodeURIComponent(escape))
const created = (request: RestRequest, name: string, body: unknown): RestResponse => ({ status: 201, body, headers: { location: `${request.baseUrl}/connectors/${pathSegment(name)}` } })

const isNotFound = (error: unknown): boolean => error instanceof ConnectError && error.status === 404
const expanded = async (herder: Herder, wanted: readonly string[]): Promise<unknown> => {
  const expansions: Readonly<Record<string, (name: string) => Promise<unknown>>> = { status: (name) => herder.connectorStatus(name), info: (name) => herder.connectorInfo(name) }
  for (const type of wanted) if (!Object.hasOwn(expansions, type)) log.info(`Ignoring unknown expansion type ${type}`)
  const known = [...new Set(wanted)].filter((type) => Object.hasOwn(expansions, type))
  const entries = await Promise.all((await herder.connectors()).map(async (name) => {
    try {
      return [[name, Object.fromEntries(await Promise.all(known.map(async (type) => [type, await expansions[type]?.(name)] as const)))] as const]
    } catch (error) {
      // Removed since it was listed, or so new that it has no status yet.
      if (isNotFound(error)) return []
      throw error
    }
  }))
  return Object.fromEntries(entries.flat())
}

/** Java's Integer parameter: anything else is a path that does not exist. */
const taskId = ({ params }: RestRequest): { readonly connector: string; readonly task: number } => {
  const text = params.task ?? ''
  const task = Number(text)
  if (!/^[+-]?\d+$/.test(text) || task > 2_147_483_647 || task < -2_147_483_648) throw new ConnectError('NOT_FOUND', 'HTTP 404 Not Found')
  return { connector: params.connector ?? '', task }
}
const nameOf = ({ params }: RestRequest): string => params.connector ?? ''
const isTrue = (text: string | null): boolean => text?.toLowerCase() === 'true'

const restart = async (herder: Herder, request: RestRequest): Promise<RestResponse> => {
  const includeTasks = isTrue(request.query.get('includeTasks'))
  const onlyFailed = isTrue(request.query.get('onlyFailed'))
  if (includeTasks || onlyFailed) return { status: 202, body: await herder.restartConnectorAndTasks(nameOf(request), { includeTasks, onlyFailed }) }
  await herder.restartConnector(nameOf(request))
  return noContent
}
const initialStates = { RUNNING: 'STARTED', PAUSED: 'PAUSED', STOPPED: 'STOPPED' } as const
const create = async (herder: Herder, request: RestRequest): Promise<RestResponse> => {
  const { name, config, initialState } = readCreateRequest(request.body)
  const options = { allowReplace: false, ...(initialState === null ? {} : { initialState: initialStates[initialState] }) }
  const { info } = await herder.putConnectorConfig(name, named(config, name), options)
  return created(request, name, info)
}
const put = async (herder: Herder, request: RestRequest): Promise<RestResponse> => {
  const name = nameOf(request)
  const { created: isNew, info } = await herder.putConnectorConfig(name, named(readConfig(request.body), name), { allowReplace: true })
  return isNew ? created(request, name, info) : ok(info)
}
const tracked = ({ config: { rest } }: RestParts, what: 'read' | 'reset'): void => {
  if (!rest.topicTrackingEnable) throw new ConnectError('BAD_REQUEST', 'Topic tracking is disabled.', { status: 403 })
  if (what === 'reset' && !rest.topicTrackingAllowReset) throw new ConnectError('BAD_REQUEST', 'Topic tracking reset is disabled.', { status: 403 })
}

export const connectorRoutes = (parts: RestParts): readonly Route[] => {
  const { herder } = parts
  const one = '/connectors/:connector'
  return [
    { method: 'GET', path: '/connectors', handle: async ({ query }) => ok(query.has('expand') ? await expanded(herder, query.getAll('expand')) : await herder.connectors()) },
    { method: 'POST', path: '/connectors', handle: (request) => create(herder, request) },
    { method: 'GET', path: one, handle: async (request) => ok(await herder.connectorInfo(nameOf(request))) },
    { method: 'DELETE', path: one, handle: async (request) => (await herder.deleteConnector(nameOf(request)), noContent) },
    { method: 'GET', path: `${one}/config`, handle: async (request) => ok(await herder.connectorConfig(nameOf(request))) },
    { method: 'PUT', path: `${one}/config`, handle: (request) => put(herder, request) },
    { method: 'PATCH', path: `${one}/config`, handle: async (request) => ok(await herder.patchConnectorConfig(nameOf(request), readConfig(request.body))) },
    { method: 'GET', path: `${one}/status`, handle: async (request) => ok(await herder.connectorStatus(nameOf(request))) },
    { method: 'GET', path: `${one}/tasks`, handle: async (request) => ok(await herder.taskInfos(nameOf(request))) },
    {
      method: 'GET', path: `${one}/tasks-config`,
      handle: async (request) => ok(Object.fromEntries((await herder.taskInfos(nameOf(request))).map(({ id, config }) => [`${id.connector}-${id.task}`, config]))),
    },
    { method: 'GET', path: `${one}/tasks/:task/status`, handle: async (request) => ok(await herder.taskStatus(taskId(request))) },
    { method: 'POST', path: `${one}/tasks/:task/restart`, handle: async (request) => (await herder.restartTask(taskId(request)), noContent) },
    { method: 'POST', path: `${one}/restart`, handle: (request) => restart(herder, request) },
    { method: 'PUT', path: `${one}/pause`, handle: async (request) => (await herder.setTargetState(nameOf(request), 'PAUSED'), accepted) },
    { method: 'PUT', path: `${one}/resume`, handle: async (request) => (await herder.setTargetState(nameOf(request), 'STARTED'), accepted) },
    { method: 'PUT', path: `${one}/stop`, handle: async (request) => (await herder.setTargetState(nameOf(request), 'STOPPED'), noContent) },
    {
      method: 'GET', path: `${one}/topics`,
      handle: async (request) => (tracked(parts, 'read'), ok(Object.fromEntries([[nameOf(request), { topics: await herder.topics(nameOf(request)) }]]))),
    },
    { method: 'PUT', path: `${one}/topics/reset`, handle: async (request) => (tracked(parts, 'reset'), await herder.resetTopics(nameOf(request)), accepted) },
    { method: 'GET', path: `${one}/offsets`, handle: async (request) => ok(await herder.offsets(nameOf(request))) },
    { method: 'PATCH', path: `${one}/offsets`, handle: async (request) => ok(await herder.alterOffsets(nameOf(request), readOffsets(request.body) as OffsetsJson['offsets'])) },
    { method: 'DELETE', path: `${one}/offsets`, handle: async (request) => ok(await herder.resetOffsets(nameOf(request))) },
  ]
}
