/** Modules of Node that connectors do not have: they load, their classes can be extended, and using them says why not. */
const names = [
  'async_hooks', 'child_process', 'cluster', 'dgram', 'dns', 'dns/promises', 'domain', 'http', 'http2', 'https', 'inspector', 'module', 'net', 'readline',
  'repl', 'sea', 'sqlite', 'test', 'tls', 'trace_events', 'tty', 'v8', 'vm', 'wasi', 'worker_threads', 'zlib', 'diagnostics_channel', 'stream/web', 'perf_hooks/unused',
]
const network = new Set(['dns', 'dns/promises', 'http', 'http2', 'https', 'net', 'tls', 'dgram'])
const known = new Set(names)

export const refusedModule = (name: string): unknown => {
  if (!known.has(name)) return undefined
  const why = network.has(name) ? 'connectors have no network in this version' : 'it reaches outside the isolate'
  const fail = (what: string): never => {
    throw Object.assign(new Error(`${what} of node:${name} is not available to connectors: ${why}`), { code: 'ERR_NOT_SUPPORTED_IN_ISOLATE' })
  }
  return new Proxy({} as Record<string | symbol, unknown>, {
    get: (target, key) => {
      if (typeof key === 'symbol' || key === '__esModule' || key === 'then') return target[key]
      if (key === 'default') return refusedModule(name)
      // a function, so that it can be called, constructed and extended: each of which fails, but not the mention of it
      return (target[key] ??= function refused(): never {
        return fail(key)
      })
    },
  })
}
