/** examples/ and the connector of the README do what is said of them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseProperties } from '../../src/config/properties.ts'
import { setLevel } from '../../src/log.ts'
import { testKafka, uniqueName } from './helpers/kafka.ts'
import { recordsOf } from './helpers/records.ts'
import { shippedPlugins, testFolder, testWorker, until } from './helpers/standalone.ts'

setLevel('root', 'OFF')
const examples = resolve(import.meta.dirname, '..', '..', 'examples')

test('orders are taxed and filed, written as CSV, and those that make no sense set aside', async () => {
  await using kafka = await testKafka()
  await using folder = await testFolder()
  const output = folder.file('orders.txt')
  await writeFile(folder.file('settings.json'), JSON.stringify({ ...(JSON.parse(await readFile(join(examples, 'settings.json'), 'utf8')) as object), 'orders.file': output }))
  const { 'bootstrap.servers': _bootstrap, listeners: _listeners, 'offset.storage.file.filename': _offsets, ...props } = parseProperties(await readFile(join(examples, 'worker.properties'), 'utf8'), { source: 'worker.properties' })
  const own = { 'plugin.path': `${shippedPlugins},${examples}`, 'config.providers.settings.param.settings.file': folder.file('settings.json') }
  // topics of this run's own, on a broker that may have seen others
  const run = uniqueName('run')
  const topicOf = (name: string): string => `${name}-${run}`
  const topicKeys = new Set(['topic', 'topics', 'errors.deadletterqueue.topic.name'])
  const files = await Promise.all(['orders', 'orders-csv', 'orders-file'].map(async (name) => {
    const path = folder.file(`${name}.json`)
    await writeFile(path, JSON.stringify(JSON.parse(await readFile(join(examples, `${name}.json`), 'utf8')), (key, value: unknown) => (topicKeys.has(key) ? topicOf(String(value)) : value)))
    return path
  }))
  await using worker = await testWorker(folder, kafka, { ...props, ...own }, files)
  await worker.ready

  const filed = await until('four orders are filed', () => readFile(output, 'utf8').then((text) => text.split('\n').slice(0, -1), () => []), (lines) => lines.length >= 4)
  const orders = filed.map((line) => JSON.parse(line) as { readonly id: number; readonly at: string })
  expect(orders[0]).toEqual({ id: 2, at: expect.stringMatching(/^\d{4}-.*Z$/) as string, cents: 1645, tax: '3.1255', shop: 'example', note: 'none' })
  // 1 and 6 are small, 5 has a price below zero
  expect(orders.slice(0, 4).map(({ id }) => id)).toEqual([2, 3, 4, 7])

  const [failed] = await recordsOf(kafka.bootstrap, topicOf('orders-failed'), 1)
  expect(failed).toMatchObject({ key: '{"schema":null,"payload":"order-5"}', value: expect.stringContaining('"id":5') as string })
  expect(Object.fromEntries(failed?.headers ?? [])).toMatchObject({ '__connect.errors.stage': 'TRANSFORMATION', '__connect.errors.exception.message': 'order 5 has a price below zero' })

  const [line] = await recordsOf(kafka.bootstrap, topicOf('orders-csv'), 1)
  expect(line).toMatchObject({ key: 'order-1', value: expect.stringMatching(/^1;\d{4}-.*Z;none$/) as string })
})

test("the README's connector, dropped in while the worker runs, ticks into the README's sink", async () => {
  await using kafka = await testKafka()
  await using folder = await testFolder()
  await using worker = await testWorker(folder, kafka)
  await worker.ready
  const readme = await readFile(join(examples, '..', 'README.md'), 'utf8')
  const shown = (pattern: RegExp): string => pattern.exec(readme)?.[1] ?? ''
  const bundle = join(folder.plugins, 'connect-tick')
  await mkdir(bundle)
  await writeFile(join(bundle, 'index.js'), shown(/connect-tick\/index\.js`:\n\n```js\n([^]*?)```/))
  await writeFile(join(bundle, 'package.json'), shown(/connect-tick\/package\.json`:\n\n```json\n([^]*?)```/))
  await until('the bundle is on the shelf', () => Promise.resolve(worker.shelf.list().map(({ className }) => className)), (classes) => classes.includes('com.example.TickSource'))
  const topic = uniqueName('ticks')
  const output = folder.file('ticks.txt')
  for (const request of [...readme.matchAll(/'(\{"name":"tick.*\})'/g)].map((match) => JSON.parse(match[1] ?? '') as { readonly name: string; readonly config: Record<string, string> })) {
    const { name, config } = request
    const own: Record<string, string> = 'topics' in config ? { topics: topic, file: output } : { topic }
    await worker.herder.putConnectorConfig(`${name}-${topic}`, { ...config, name: `${name}-${topic}`, ...own }, { allowReplace: false })
  }
  expect(await until('two ticks', () => readFile(output, 'utf8').catch(() => ''), (text) => text.split('\n').length > 2)).toMatch(/^tick 1\ntick 2\n/)
})
