/** Calls on a plugin that is no connector, to learn its version and keys and to check a configuration: `PluginApi`. */
import { ConfigDef } from '../../src/data/config-def.ts'
import type { PluginApi } from '../../src/wire/guest-api.ts'
import type { Async } from './api.ts'
import { newPlugin, plugin } from './plugin.ts'

export const pluginApi = (): Async<PluginApi> => {
  const configOf = async (): Promise<ConfigDef> => (await newPlugin('plugin').config?.()) ?? new ConfigDef()
  return {
    async describe() {
      const version = await newPlugin('plugin').version?.()
      return { version: version ?? plugin().version, config: (await configOf()).toJson() }
    },
    async validate(props) {
      return (await configOf()).validateToJson(props)
    },
  }
}
