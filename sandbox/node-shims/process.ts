/** `process`: enough of it for packages that look, nothing of the machine. */
import { connectNow } from './performance.ts'
import { format } from './util-format.ts'
import { askText } from '../runtime/bridge.ts'

const refused = (what: string) => (): never => {
  throw Object.assign(new Error(`process.${what} is not for connectors: throw a ConnectException to fail the task`), { code: 'ERR_ACCESS_DENIED' })
}

/** Ticks are microtasks, in order with promise jobs, and all done before the next event. */
const nextTick = (callback: (...args: unknown[]) => void, ...args: unknown[]): void => {
  if (typeof callback !== 'function') throw Object.assign(new TypeError('The "callback" argument must be of type function.'), { code: 'ERR_INVALID_ARG_TYPE' })
  queueMicrotask(() => callback(...args))
}
const nanoseconds = (): bigint => BigInt(Math.round(connectNow() * 1000)) * 1000n
const hrtime = Object.assign((since?: readonly [number, number]): [number, number] => {
  const now = nanoseconds() - (since === undefined ? 0n : BigInt(since[0]) * 1_000_000_000n + BigInt(since[1]))
  return [Number(now / 1_000_000_000n), Number(now % 1_000_000_000n)]
}, { bigint: nanoseconds })

const line = (level: 'info' | 'error') => ({
  isTTY: false,
  write: (text: unknown): boolean => {
    console[level](format(String(text)).replace(/\n$/, ''))
    return true
  },
})
declare const console: Record<'info' | 'error' | 'warn', (text: string) => void>

const listeners: Record<string, unknown> = {}
const chain = (): unknown => processObject
for (const name of ['on', 'once', 'addListener', 'off', 'removeListener', 'removeAllListeners', 'prependListener', 'setMaxListeners']) listeners[name] = chain

export const processObject: Record<string, unknown> = {
  ...listeners,
  emit: () => false, listeners: () => [], listenerCount: () => 0,
  title: 'isoconnect', pid: 1, ppid: 0, arch: 'x64', platform: 'linux', version: 'v26.0.0', versions: { node: '26.0.0' }, release: { name: 'node' },
  argv: ['node'], argv0: 'node', execArgv: [], execPath: '/usr/bin/node', env: {}, exitCode: undefined, features: {}, config: { variables: {} },
  cwd: () => askText('cwd', ''),
  nextTick, hrtime,
  uptime: () => connectNow() / 1000,
  memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 }),
  cpuUsage: () => ({ user: 0, system: 0 }),
  emitWarning: (warning: unknown) => console.warn(String(warning instanceof Error ? warning.message : warning)),
  umask: () => 0o22, getuid: () => 1000, getgid: () => 1000, geteuid: () => 1000, getegid: () => 1000,
  stdout: line('info'), stderr: line('error'),
  exit: refused('exit()'), abort: refused('abort()'), kill: refused('kill()'), chdir: refused('chdir()'), binding: refused('binding()'), dlopen: refused('dlopen()'),
  [Symbol.toStringTag]: 'process',
}
