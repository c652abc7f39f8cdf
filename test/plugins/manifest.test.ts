import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkManifest, isBundleManifest, nameAndVersion, parsePackageJson } from '../../src/plugins/manifest.ts'

const valid = {
  name: '@example/connect-tick', version: '1.4.0', main: './index.js', scripts: { postinstall: 'never run' },
  isoconnect: {
    plugins: [{ type: 'source', class: 'com.example.Tick$Source', export: 'TickSource' }, { type: 'sink', class: 'com.example.TickSink', export: 'default' }],
    permissions: {
      net: [{ host: '${config:db.host}', port: '${config:db.port}', reason: 'the database' }, { host: '*.example.com', port: 443, reason: 'the API' }],
      fs: [{ path: '${config:dir}/${config:name}.txt', access: 'read-write', reason: 'its file' }],
      stdio: true,
    },
    limits: { 'memory.mb': 64, 'poll.timeout.ms': 1000, 'put.timeout.ms': 2000, 'call.timeout.ms': 3000, 'cpu.percent': 50 },
  },
}
/** The valid manifest with one place of its text replaced. */
const withChange = (path: readonly (string | number)[], value: unknown): Record<string, unknown> => {
  const copy = structuredClone(valid) as Record<string, unknown>
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[path.at(-1) as string] = value
  return JSON.parse(JSON.stringify(copy)) as Record<string, unknown>
}

test('a right manifest is read whole', () => {
  expect(checkManifest(valid, 'package.json')).toEqual({
    name: '@example/connect-tick', version: '1.4.0', main: 'index.js',
    plugins: [{ type: 'source', className: 'com.example.Tick$Source', exportName: 'TickSource' }, { type: 'sink', className: 'com.example.TickSink', exportName: 'default' }],
    permissions: {
      net: [{ host: '${config:db.host}', port: '${config:db.port}', reason: 'the database' }, { host: '*.example.com', port: '443', reason: 'the API' }],
      fs: [{ path: '${config:dir}/${config:name}.txt', access: 'read-write', reason: 'its file' }],
      stdio: true,
    },
    limits: { memoryMb: 64, pollTimeoutMs: 1000, putTimeoutMs: 2000, callTimeoutMs: 3000, cpuPercent: 50 },
  })
})

test('main, permissions and limits may be left out', () => {
  const { name, version } = valid
  expect(checkManifest({ name, version, isoconnect: { plugins: valid.isoconnect.plugins } }, 'p')).toMatchObject({ main: 'index.js', permissions: { fs: [], net: [], stdio: false }, limits: {} })
})

const plugin0 = ['isoconnect', 'plugins', 0]
const fs0 = ['isoconnect', 'permissions', 'fs', 0]
const net0 = ['isoconnect', 'permissions', 'net', 0]
test.each([
  [['name'], undefined, /name must be an npm package name, it is missing/],
  [['name'], '../x', /name must be/],
  [['version'], '1.4', /version must be a semantic version such as 1\.4\.0, not "1\.4"/],
  [['version'], 'v1.4.0', /version must be/],
  [['main'], '../index.js', /main must be the path/],
  [['main'], '/etc/passwd', /main must be/],
  [['isoconnect'], true, /isoconnect must be an object/],
  [['isoconnect', 'plugins'], [], /must list at least one/],
  [['isoconnect', 'plugins'], {}, /isoconnect\.plugins must be an array/],
  [['isoconnect', 'permision'], {}, /isoconnect: unknown key "permision", allowed are plugins, permissions, limits/],
  [[...plugin0, 'type'], 'soruce', /plugins\[0\]\.type must be one of source, sink, transformation, predicate, converter, header_converter, config_provider, not "soruce"/],
  [[...plugin0, 'class'], 'com..Tick', /plugins\[0\]\.class must be/],
  [[...plugin0, 'class'], 'a b', /plugins\[0\]\.class must be/],
  [[...plugin0, 'export'], 'a.b', /plugins\[0\]\.export must be/],
  [['isoconnect', 'plugins', 1], valid.isoconnect.plugins[0], /plugins\[1\] declares the source com\.example\.Tick\$Source again/],
  [[...fs0, 'access'], 'execute', /fs\[0\]\.access must be one of read, write, read-write/],
  [[...fs0, 'path'], '${config:dir}/../..', /fs\[0\]\.path must be/],
  [[...fs0, 'path'], '${env:HOME}', /fs\[0\]\.path must be/],
  [[...fs0, 'path'], '${config:dir', /fs\[0\]\.path must be/],
  [[...fs0, 'reason'], ' ', /fs\[0\]\.reason must be/],
  [[...fs0, 'reason'], 'a\u001b[2J', /fs\[0\]\.reason must be/],
  [[...net0, 'host'], 'http://x', /net\[0\]\.host must be/],
  [[...net0, 'port'], 0, /net\[0\]\.port must be/],
  [[...net0, 'port'], '70000', /net\[0\]\.port must be/],
  [['isoconnect', 'permissions', 'stdio'], 'yes', /stdio must be true or false/],
  [['isoconnect', 'limits', 'memory.mb'], 1, /limits\["memory\.mb"\] must be a whole number from 32 to 65536, not 1/],
  [['isoconnect', 'limits', 'memory'], 64, /isoconnect\.limits: unknown key "memory", allowed are memory\.mb/],
] as const)('%j = %j is refused', (path, value, message) => {
  expect(() => checkManifest(withChange(path, value), 'package.json of /p')).toThrow(message)
  expect(() => checkManifest(withChange(path, value), 'package.json of /p')).toThrow(expect.objectContaining({ code: 'PLUGIN_MANIFEST', message: expect.stringMatching(/^package\.json of \/p: /) }))
})

test('all mistakes are told at once', () => {
  expect(() => checkManifest({ isoconnect: { plugins: [{}] } }, 'p')).toThrow(/name must.*version must.*type must.*class must.*export must/)
})

test('keys named like members of Object.prototype are unknown keys, and inherited ones do not count', () => {
  const hostile = parsePackageJson('{"name":"a","version":"1.0.0","isoconnect":{"__proto__":{"plugins":[]},"constructor":1,"plugins":[{"type":"source","class":"A","export":"A","__proto__":{"type":"sink"}}],"limits":{"__proto__":{"memory.mb":64}}}}', 'p')
  expect(() => checkManifest(hostile, 'p')).toThrow(/unknown key "__proto__".*unknown key "constructor".*plugins\[0\]: unknown key "__proto__".*limits: unknown key "__proto__"/)
  expect(({} as Record<string, unknown>)['plugins']).toBeUndefined()
  expect(isBundleManifest(Object.create({ isoconnect: {} }) as Record<string, unknown>)).toBe(false)
  expect(nameAndVersion(parsePackageJson('{"__proto__":{"name":"a"}}', 'p'))).toEqual({ bundle: null, version: null })
})

test('text that is no JSON object is refused with the file it stands in; a byte order mark is no mistake', () => {
  for (const text of ['', '{', '[]', 'null', '1']) expect(() => parsePackageJson(text, '/p/package.json')).toThrow(/^\/p\/package\.json /)
  expect(parsePackageJson('\uFEFF{"name":"a"}', 'p')).toEqual({ name: 'a' })
})

test('any JSON is either a manifest or a coded refusal', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (whole, section) => {
      for (const value of [JSON.parse(whole) as unknown, { ...valid, isoconnect: JSON.parse(section) as unknown }]) {
        try {
          checkManifest(parsePackageJson(JSON.stringify(value), 'p'), 'p')
        } catch (error) {
          expect(error).toMatchObject({ code: 'PLUGIN_MANIFEST' })
        }
      }
    }),
  )
})
