/**
 * The platform's entry: evaluated first in every isolate, it returns `boot`. The cell calls that once with the two ways out and
 * gets `dispatch`, the one way in. Neither is reachable from the plugin: they live in closures of strict functions.
 */
import type { GuestApi } from '../../src/wire/guest-api.ts'
import { unpack } from '../../src/wire/pack.ts'
import { installGlobals } from '../node-shims/globals.ts'
import { beginEvent, fireTimers } from '../node-shims/timers.ts'
import { askText, connect, Dispatch, reply, settle } from './bridge.ts'
import { configProviderApi } from './config-provider.ts'
import { connectorApi } from './connector.ts'
import { converterApi } from './converter.ts'
import { pluginApi } from './describe.ts'
import { setPlaces, toGuestError } from './errors.ts'
import { requireModule } from './modules.ts'
import { type PluginInfo, setPlugin } from './plugin.ts'
import { sinkTaskApi } from './sink-task.ts'
import { sourceTaskApi } from './source-task.ts'
import { transformsApi } from './transforms.ts'

const apis: { readonly [K in keyof GuestApi]: () => object } = {
  connector: connectorApi, source: sourceTaskApi, sink: sinkTaskApi, plugin: pluginApi, transforms: transformsApi, converter: converterApi, config_provider: configProviderApi,
}
type Methods = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>
type Call = { readonly method: string; readonly args: readonly unknown[] }
/** `(function (require, module, exports) { … })` of the plugin's bundle. */
type Wrapper = (require: (name: string) => unknown, module: { exports: unknown }, exports: unknown) => void

export const boot = (post: Parameters<typeof connect>[0], ask: Parameters<typeof connect>[1], kind: keyof GuestApi, plugin: string) => {
  connect(post, ask)
  setPlaces((stack) => askText('trace', stack))
  installGlobals()
  const methods = new Map(Object.entries(apis[kind]() as unknown as Methods))

  const call = (id: number, { method, args }: Call): void => {
    let returned: unknown
    try {
      const found = methods.get(method)
      if (found === undefined) throw new TypeError(`a ${kind} has no call ${method}`)
      returned = found(...args)
    } catch (error) {
      settle(id, { ok: false, error: toGuestError(error) })
      return
    }
    if (!(returned instanceof Promise)) settle(id, { ok: true, value: returned })
    else {
      returned.then(
        (value: unknown) => settle(id, { ok: true, value }),
        (error: unknown) => settle(id, { ok: false, error: toGuestError(error) }),
      )
    }
  }

  return {
    /** Evaluates the plugin's bundle; the outcome is the result of call 0. */
    load: (wrapper: Wrapper): void => {
      try {
        const module = { exports: {} as unknown }
        wrapper(requireModule, module, module.exports)
        setPlugin(module.exports, JSON.parse(plugin) as PluginInfo)
        settle(0, { ok: true, value: undefined })
      } catch (error) {
        settle(0, { ok: false, error: toGuestError(error) })
      }
    },
    dispatch: (op: number, id: number, json: string, ...attachments: (string | ArrayBuffer)[]): void => {
      beginEvent()
      if (op === Dispatch.call) call(id, unpack(json, attachments) as Call)
      else if (op === Dispatch.reply) reply(id, json, attachments)
      else if (op === Dispatch.timer) fireTimers()
    },
  }
}
