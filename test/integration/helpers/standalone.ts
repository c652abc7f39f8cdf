/** A standalone worker in this process (its cells are real processes) with REST on a free port, and bundles written by the test. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startStandalone } from '../../../src/herder/start-standalone.ts'
import type { RunningWorker } from '../../../src/herder/start-standalone.ts'
import { createRestHooks } from '../../../src/rest/server.ts'
import { testKafka } from './kafka.ts'
import type { TestKafka } from './kafka.ts'

export const shippedPlugins = resolve(import.meta.dirname, '../../../plugin-path')
export type BundlePlugin = { readonly type: string; readonly class: string; readonly export: string }

export type TestFolder = AsyncDisposable & {
  readonly path: string
  readonly plugins: string
  file(name: string): string
  /** Writes a bundle into the folder's own plugin path; `manifest` are more keys of its package.json. */
  bundle(name: string, plugins: readonly BundlePlugin[], code: string, manifest?: Readonly<Record<string, unknown>>): Promise<void>
}
export const testFolder = async (): Promise<TestFolder> => {
  const path = await mkdtemp(join(tmpdir(), 'standalone-'))
  const plugins = join(path, 'plugins')
  await mkdir(plugins)
  return {
    path,
    plugins,
    file: (name) => join(path, name),
    bundle: async (name, classes, code, manifest = {}) => {
      await mkdir(join(plugins, name), { recursive: true })
      await writeFile(join(plugins, name, 'index.js'), code)
      await writeFile(join(plugins, name, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', main: 'index.js', isoconnect: { plugins: classes }, ...manifest }))
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

export type TestWorker = RunningWorker & AsyncDisposable
export const testWorker = async (folder: TestFolder, kafka: TestKafka, props: Readonly<Record<string, string>> = {}, connectorFiles: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<TestWorker> => {
  const worker = await startStandalone({
    props: {
      'bootstrap.servers': kafka.bootstrap,
      listeners: 'http://127.0.0.1:0',
      'plugin.path': `${folder.plugins},${shippedPlugins}`,
      'plugin.cache.dir': folder.file('cache'),
      'offset.storage.file.filename': folder.file('offsets'),
      'offset.flush.interval.ms': '200',
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      ...props,
    },
    connectorFiles,
    env,
    commit: 'test',
    rest: createRestHooks(),
  })
  return { ...worker, [Symbol.asyncDispose]: () => worker.stop() }
}

const pollMs = 20
/** Asks until the answer is as wanted; the test's own time limit ends it otherwise, with the last answer in view. */
export const until = async <T>(what: string, ask: () => Promise<T>, wanted: (answer: T) => boolean, timeoutMs = 30_000): Promise<T> => {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (wanted(answer)) return answer
    if (performance.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}; last seen: ${JSON.stringify(answer)}`)
    await sleep(pollMs)
  }
}
export { testKafka }
