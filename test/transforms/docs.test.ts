/** docs/transformations.md: every built-in with its keys and their defaults, and every example does what the page says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseConnectorConfig } from '../../src/config/connector-config.ts'
import { convertToString } from '../../src/data/config-parse.ts'
import type { ConnectRecord } from '../../src/data/record.ts'
import { createPluginLookups } from '../../src/herder/plugin-lookups.ts'
import { builtInTransforms, transformConfigDef } from '../../src/transforms/built-ins.ts'
import { createPredicate, createTransformation } from '../../src/transforms/create.ts'
import { workerWith } from '../config/support.ts'
import { sinkRecord } from './apply.ts'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'transformations.md'), 'utf8')
const sections = new Map(text.split(/^## /m).slice(1).map((section) => [section.slice(0, section.indexOf('\n')), section]))
const simpleName = (className: string): string => (className.slice(className.lastIndexOf('.') + 1).split('$')[0] as string)
const builtIns = (['transformation', 'predicate'] as const).flatMap((kind) => builtInTransforms(kind).map((className) => [kind, className] as const))

test('has a section for each of them and for nothing else', () => {
  expect([...sections.keys()].toSorted()).toEqual([...new Set(builtIns.map(([, className]) => simpleName(className)))].toSorted())
})

test.each(builtIns)('%s %s: its keys, each with its default', (kind, className) => {
  const documented = new Map([...(sections.get(simpleName(className)) ?? '').split('```')[0]?.matchAll(/`([a-z.]+)`(?: \[([^\]]*)\])?(?=[ ,;.])/g) ?? []].map(([, key, value]) => [key, value]))
  for (const { name, type, defaultValue } of transformConfigDef(kind, className).configKeys().values()) {
    expect([name, documented.has(name), documented.get(name)]).toEqual([name, true, typeof defaultValue === 'symbol' ? undefined : String(convertToString(defaultValue, type))])
  }
})

const shelf: Parameters<typeof createPluginLookups>[0] = { find: () => { throw new Error('only what is built in') }, list: () => [], versions: () => [] }
type Shown = { readonly topic?: string; readonly timestamp?: number; readonly key?: unknown; readonly value?: unknown; readonly headers?: Readonly<Record<string, unknown>> }
/** The record through the chain of a configuration, or null where it is dropped. */
const through = (config: Readonly<Record<string, string>>, given: Shown): ConnectRecord | null => {
  const connector = { name: 'c', 'connector.class': 'C', topics: 't', ...config }
  const { transformations } = parseConnectorConfig(connector, 'sink', workerWith(), createPluginLookups(shelf))
  let record: ConnectRecord | null = sinkRecord({ ...given, headers: Object.entries(given.headers ?? {}).map(([key, value]) => ({ key, value })) })
  for (const stage of transformations) {
    const applies = stage.predicate === null || createPredicate(stage.predicate.className, stage.predicate.config).apply(record) !== stage.negate
    if (applies) record = createTransformation(stage.className, stage.config).apply(record)
    if (record === null) return null
  }
  return record
}

const examples = [...text.matchAll(/```json\n([^]*?)```\n\n(?:`(.+?)` (?:becomes `(.+?)`|is dropped)$)?/gm)].map(([, config, before, after]) => ({
  config: JSON.parse(config ?? '') as Record<string, string>, before: before === undefined ? null : (JSON.parse(before) as Shown), after: after === undefined ? null : (JSON.parse(after) as Shown),
}))
describe('the examples', () => {
  test('are those of all sections', () => expect(examples).toHaveLength(sections.size))

  test.each(examples)('$config.transforms: $before becomes $after', ({ config, before, after }) => {
    if (before === null) return expect(through(config, { value: null })).not.toBeNull()
    const record = through(config, before)
    if (after === null) return expect(record).toBeNull()
    const { topic, key, value } = record as ConnectRecord
    const headers = Object.fromEntries(Array.from((record as ConnectRecord).headers, (header) => [header.key, header.value]))
    const seen = { topic, key, value, headers }
    return expect(Object.fromEntries(Object.keys(after).map((name) => [name, seen[name as keyof typeof seen]]))).toEqual(after)
  })
})
