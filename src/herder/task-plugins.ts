/** Which of a task's converters, transformations and predicates come from bundles, and what their processes may do. */
import type { ConnectorConfig } from '../config/connector-config.ts'
import type { PluginKind } from '../config/connector-config-def.ts'
import { withPrefix } from '../config/worker-config.ts'
import { ConfigException } from '../data/errors.ts'
import type { Shelf } from '../plugins/types.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, GuestPlugin, TaskSpec } from '../worker/types.ts'
import { isBuiltIn } from './plugin-lookups.ts'
import { runtimeShareMb } from './specs.ts'

/** `props` are the connector's, resolved. Grants are templated on a plugin's own settings. Throws coded errors for what is not on the shelf. */
export const taskPlugins = (parsed: ConnectorConfig, connector: ConnectorSpec, props: StringMap, shelf: Pick<Shelf, 'find' | 'ref' | 'grants'>): TaskSpec['plugins'] => {
  const found: Record<string, GuestPlugin> = {}
  const add = (at: string, kind: PluginKind, className: string, config: StringMap): void => {
    if (isBuiltIn(kind, className)) return
    const plugin = shelf.find(className, props[`${at}.plugin.version`] ?? null, kind)
    const memoryMb = plugin.limits.memoryMb ?? connector.limits.memoryMb
    found[at] = {
      plugin: shelf.ref(plugin),
      grants: shelf.grants(plugin, config),
      limits: { ...connector.limits, memoryMb, rssMb: runtimeShareMb + memoryMb, callTimeoutMs: plugin.limits.callTimeoutMs ?? connector.limits.callTimeoutMs },
    }
  }
  add('key.converter', 'converter', parsed.keyConverter.className, parsed.keyConverter.config)
  add('value.converter', 'converter', parsed.valueConverter.className, parsed.valueConverter.config)
  add('header.converter', 'header_converter', parsed.headerConverter.className, parsed.headerConverter.config)
  for (const stage of parsed.transformations) {
    add(`transforms.${stage.alias}`, 'transformation', stage.className, withPrefix(props, `transforms.${stage.alias}.`))
    const { predicate } = stage
    if (predicate === null) continue
    // as in Kafka, validation does not see it: it is the start of a task that fails
    if (predicate.className === '') throw new ConfigException(`transforms.${stage.alias}.predicate`, predicate.alias, "'predicates' does not list it")
    add(`predicates.${predicate.alias}`, 'predicate', predicate.className, withPrefix(props, `predicates.${predicate.alias}.`))
  }
  return found
}
