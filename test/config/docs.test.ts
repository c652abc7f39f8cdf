/** docs/configuration.md, docs/errors.md and the definitions say the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigDef } from '../../src/data/config-def.ts'
import { convertToString } from '../../src/data/config-parse.ts'
import { addBisectionKeys, addSourceDeadLetterKeys } from '../../src/config/dead-letter-keys.ts'
import { standaloneConfigDef } from '../../src/config/worker-config-def.ts'
import { parseConnectorConfig } from '../../src/config/connector-config.ts'
import { sinkConnectorDef } from '../../src/config/connector-config-def.ts'
import { lookups, workerWith } from './support.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'configuration.md'), 'utf8')

test('docs/configuration.md has every key of ours with its default', () => {
  const documented = Object.fromEntries([...text.matchAll(/`([a-z.]+)` \| (\w+)/g)].map(([, key, value]) => [key, value]))
  const own = [...standaloneConfigDef.configKeys().values()].filter(({ name }) => /^(isolate\.|task\.threads|plugin\.(permissions|cache\.dir))/.test(name))
  expect(documented).toEqual(Object.fromEntries(own.map(({ name, defaultValue, type }) => [name, typeof defaultValue === 'symbol' ? 'required' : String(convertToString(defaultValue, type))])))
})

test('docs/configuration.md has every key for records that fail that Kafka does not have, with its default', () => {
  const documented = [...text.matchAll(/^\| (errors\.[a-z.]+) \| (\S+) \| [^|]+ \| (source|sink) connectors \|/gm)].map(([, ...row]) => row)
  const rows = (def: ConfigDef, where: string) => [...def.configKeys().values()].map(({ name, defaultValue }) => [name, defaultValue === '' ? '""' : String(defaultValue), where])
  expect(documented).toEqual([...rows(addSourceDeadLetterKeys(new ConfigDef(), 'g'), 'source'), ...rows(addBisectionKeys(new ConfigDef(), 'g'), 'sink')])
})

test('docs/errors.md has the keys for records that fail with their defaults, and its example is a valid sink', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8')
  const defs = sinkConnectorDef({ lookups, caps: workerWith().isolate.caps, defaults: null }).configKeys()
  const documented = [...page.matchAll(/^\| `(errors\.[a-z.]+)` \| (\S*?) ?\| /gm)].map(([, key, value]) => [key, value] as const)
  expect(documented.length).toBeGreaterThan(7)
  for (const [key, value] of documented) expect([key, String(defs.get(key ?? '')?.defaultValue)]).toEqual([key, value])
  const example = JSON.parse(/```json\n([^]*?)```/.exec(page)?.[1] ?? '') as Record<string, string>
  expect(Object.keys(example).filter((key) => !defs.has(key))).toEqual([])
  expect(parseConnectorConfig({ name: 'c', 'connector.class': 'C', topics: 't', ...example }, 'sink', workerWith(), lookups).errors).toMatchObject({ tolerance: 'all', retryTimeoutMs: 60_000 })
})
