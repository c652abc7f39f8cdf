/** The modules of Node a connector has, each evaluated at its first `require`. */
import { answerMissing, provide } from '../runtime/modules.ts'
import { refusedModule } from './refused.ts'

const shims = {
  assert: () => (require('./assert.ts') as typeof import('./assert.ts')).assertModule,
  'assert/strict': () => (require('./assert.ts') as typeof import('./assert.ts')).assertModule,
  buffer: () => (require('./buffer.ts') as typeof import('./buffer.ts')).bufferModule(),
  constants: () => ({}),
  crypto: () => (require('./crypto.ts') as typeof import('./crypto.ts')).cryptoModule((require('./buffer.ts') as typeof import('./buffer.ts')).asBuffer),
  events: () => eventsModule(require('events') as Events),
  fs: () => (require('./fs.ts') as typeof import('./fs.ts')).fsModule(),
  'fs/promises': () => (require('./fs.ts') as typeof import('./fs.ts')).promisesModule(),
  os: () => osModule,
  path: () => require('path-browserify'),
  'path/posix': () => require('path-browserify'),
  perf_hooks: () => ({ performance: (require('./performance.ts') as typeof import('./performance.ts')).performance }),
  process: () => (require('./process.ts') as typeof import('./process.ts')).processObject,
  stream: () => streamModule(require('readable-stream/lib/ours/browser.js') as Stream),
  'stream/promises': () => streamModule(require('readable-stream/lib/ours/browser.js') as Stream)['promises'],
  string_decoder: () => require('string_decoder/'),
  timers: () => require('./timers.ts'),
  'timers/promises': () => (require('./timers.ts') as typeof import('./timers.ts')).promises,
  url: () => (require('./url.ts') as typeof import('./url.ts')).urlModule(),
  util: () => (require('./util.ts') as typeof import('./util.ts')).utilModule(),
  'util/types': () => (require('./util.ts') as typeof import('./util.ts')).utilModule()['types'],
}

type Events = Record<string, unknown> & { prototype: object }
/** What Node's has and `events` 3.3 lacks. */
const eventsModule = (events: Events): unknown => {
  events['captureRejectionSymbol'] = Symbol.for('nodejs.rejection')
  events['errorMonitor'] = Symbol('events.errorMonitor')
  events['setMaxListeners'] ??= () => {}
  events['getEventListeners'] ??= (emitter: { listeners(name: string): unknown }, name: string) => emitter.listeners(name)
  return events
}
type Stream = Record<string, unknown>
/** `require('stream')` is the legacy constructor with everything on it, as in Node. */
const streamModule = (stream: Stream): Stream => {
  const legacy = stream['Stream'] as Stream
  for (const key of Object.keys(stream)) if (!(key in legacy)) legacy[key] = stream[key]
  return legacy
}
const osModule = {
  EOL: '\n', arch: () => 'x64', platform: () => 'linux', type: () => 'Linux', release: () => '0', hostname: () => 'isoconnect', tmpdir: () => '/tmp', homedir: () => '/',
  cpus: () => [], totalmem: () => 0, freemem: () => 0, loadavg: () => [0, 0, 0], uptime: () => 0, networkInterfaces: () => ({}), endianness: () => 'LE', availableParallelism: () => 1,
  userInfo: () => ({ username: 'connector', uid: 1000, gid: 1000, shell: null, homedir: '/' }), version: () => '', machine: () => 'x86_64', constants: { signals: {}, errno: {} }, devNull: '/dev/null',
}

export const installModules = (): void => {
  provide(shims)
  answerMissing(refusedModule)
}
