/** `/connector-plugins`: what is on the shelf, its configuration, versions, permissions and quarantine; validation. */
import { ConnectError } from '../../errors.ts'
import type { Plugin, PluginType } from '../../plugins/types.ts'
import type { PluginInfo } from '../../herder/types.ts'
import { readConfig } from '../body.ts'
import type { RestParts, RestRequest, RestResponse, Route } from '../types.ts'
import { ok } from '../types.ts'

const order: readonly PluginType[] = ['sink', 'source', 'transformation', 'predicate', 'converter', 'header_converter', 'config_provider']
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By type, then class; versions of a class stay in the shelf's order (oldest first). */
const list = ({ shelf, builtInPlugins }: RestParts, connectorsOnly: boolean): readonly PluginInfo[] => {
  const all: readonly PluginInfo[] = [...builtInPlugins, ...shelf.list().map(({ className, type, version, location }) => ({ class: className, type, version, location }))]
  const types = connectorsOnly ? order.slice(0, 2) : order
  return types.flatMap((type) => all.filter((plugin) => plugin.type === type).toSorted((a, b) => compare(a.class, b.class)))
}

/** A plugin of the shelf by class or alias; what is not there is 404 here, not the 400 of a configuration. */
const find = ({ shelf }: RestParts, { params, query }: RestRequest): Plugin => {
  try {
    return shelf.find(params.plugin ?? '', query.get('version'))
  } catch (error) {
    if (error instanceof ConnectError && error.code === 'PLUGIN_UNKNOWN') throw new ConnectError('NOT_FOUND', `Unknown plugin ${params.plugin}.`, { cause: error })
    throw error
  }
}
const versions = (parts: RestParts, request: RestRequest): RestResponse => {
  const { className, type } = find(parts, request)
  const own = parts.shelf.list(type).filter((plugin) => plugin.className === className)
  return ok(own.map(({ version, location, digest }) => ({ version, location, digest })))
}
const permissions = (parts: RestParts, request: RestRequest): RestResponse => {
  const { className, version, digest, permissions: { fs, net, stdio }, limits } = find(parts, request)
  return ok({ class: className, version, digest, permissions: { fs, net, stdio }, limits })
}

const withoutSuffix = (name: string): string => (name.endsWith('Connector') && name !== 'Connector' ? name.slice(0, -'Connector'.length) : name)
const validate = async ({ herder }: RestParts, { params, body }: RestRequest): Promise<RestResponse> => {
  const plugin = params.plugin ?? ''
  const config = readConfig(body)
  const included = config['connector.class'] ?? null
  if (included !== null && !withoutSuffix(included).endsWith(withoutSuffix(plugin))) {
    throw new ConnectError('BAD_REQUEST', `Included connector type ${included} does not match request type ${plugin}`)
  }
  // Null values are among what validation finds.
  return ok(await herder.validate(config as Record<string, string>))
}

export const pluginRoutes = (parts: RestParts): readonly Route[] => [
  { method: 'GET', path: '/connector-plugins', handle: ({ query }) => ok(list(parts, (query.get('connectorsOnly') ?? 'true').toLowerCase() === 'true')) },
  { method: 'GET', path: '/connector-plugins/quarantine', handle: () => ok(parts.shelf.quarantined()) },
  { method: 'GET', path: '/connector-plugins/:plugin/config', handle: async ({ params, query }) => ok(await parts.herder.pluginConfig(params.plugin ?? '', query.get('version'))) },
  { method: 'PUT', path: '/connector-plugins/:plugin/config/validate', handle: (request) => validate(parts, request) },
  { method: 'GET', path: '/connector-plugins/:plugin/versions', handle: (request) => versions(parts, request) },
  { method: 'GET', path: '/connector-plugins/:plugin/permissions', handle: (request) => permissions(parts, request) },
]
