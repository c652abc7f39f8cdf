/** docs/configuration.md and the definitions say the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigDef } from '../../src/data/config-def.ts'
import { convertToString } from '../../src/data/config-parse.ts'
import { addBisectionKeys, addSourceDeadLetterKeys } from '../../src/config/dead-letter-keys.ts'
import { standaloneConfigDef } from '../../src/config/worker-config-def.ts'

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
