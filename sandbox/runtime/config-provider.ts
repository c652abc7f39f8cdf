/** Calls on a config provider: `ConfigProviderApi`. */
import { DataException } from '../../src/data/errors.ts'
import { kindOf } from '../../src/data/struct.ts'
import type { ConfigProviderApi, StringMap } from '../../src/wire/guest-api.ts'
import type { ConfigData, ConfigProvider } from '../sdk/plugins.ts'
import type { Async } from './api.ts'
import { newPlugin, plugin } from './plugin.ts'

export const configProviderApi = (): Async<ConfigProviderApi> => {
  let provider: ConfigProvider | undefined
  return {
    async start(params) {
      provider = newPlugin('config provider')
      await provider.configure?.(params)
    },
    async get(path, keys) {
      const found: unknown = await provider?.get(path, keys)
      if (typeof found !== 'object' || found === null) throw new DataException(`get() of ${plugin().className} returned ${kindOf(found)}; it must return { data, ttl? }`)
      const { data, ttl } = found as Partial<ConfigData>
      if (ttl !== undefined && ttl !== null && (typeof ttl !== 'number' || !(ttl >= 0))) throw new DataException(`get() of ${plugin().className} returned a ttl that is no number of milliseconds`)
      return { data: wanted(data, keys), ttlMs: ttl ?? null }
    },
    async stop() {
      await provider?.close?.()
    },
  }
}

/** What was not asked for stays here. */
const wanted = (data: unknown, keys: readonly string[]): StringMap => {
  if (typeof data !== 'object' || data === null) throw new DataException(`get() of ${plugin().className} returned no data`)
  const entries: readonly (readonly [unknown, unknown])[] = data instanceof Map ? [...(data as ReadonlyMap<unknown, unknown>)] : Object.entries(data)
  const asked = new Set(keys)
  return Object.fromEntries(entries.flatMap(([key, value]): readonly (readonly [string, string])[] => {
    if (typeof key !== 'string' || !asked.has(key) || value === null || value === undefined) return []
    if (typeof value !== 'string') throw new DataException(`get() of ${plugin().className} returned ${kindOf(value)} as the value of "${key}"; values are text`)
    return [[key, value]]
  }))
}
