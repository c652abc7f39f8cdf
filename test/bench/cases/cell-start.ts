/** From spawning a cell to the first record of the first `poll`: process, isolates, Connector and task of FileStreamSource. The median of ten. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { spawnCell } from '../../../src/cell/spawn.ts'
import { openShelf } from '../../../src/plugins/shelf.ts'
import type { BenchResult } from '../bench.ts'
import { median } from '../bed.ts'

const runs = 10
const timeoutMs = 10_000

export const cellStart = async (): Promise<BenchResult> => {
  const dir = await mkdtemp(join(tmpdir(), 'isoconnect-cell-start-'))
  const file = join(dir, 'in.txt')
  await writeFile(file, 'one\n')
  const shelf = await openShelf({ pluginPath: [resolve(import.meta.dirname, '../../../plugin-path')], cacheDir: join(dir, 'cache'), watch: false })
  const plugin = shelf.find('FileStreamSource')
  const props = { file, topic: 't', name: 'x', 'task.class': 'org.apache.kafka.connect.file.FileStreamSourceTask' }
  const once = async (): Promise<number> => {
    const began = performance.now()
    await using cell = await spawnCell({ plugin: shelf.ref(plugin), grants: shelf.grants(plugin, props), limits: { memoryMb: 128, rssMb: 512, cpuPercent: 0, callTimeoutMs: timeoutMs }, name: 'bench' })
    const options = { label: 'bench', onLog: () => {}, handlers: { offsets: (partitions: readonly string[]) => partitions.map(() => null) } }
    const value = async <T>(outcome: Promise<{ readonly kind: string; readonly value?: T }>): Promise<T> => {
      const settled = await outcome
      if (settled.kind !== 'ok') throw new Error(JSON.stringify(settled))
      return settled.value as T
    }
    const connector = await value(cell.open('connector', options))
    await value(connector.call('initialize', [null], { timeoutMs }))
    await value(connector.call('start', [props], { timeoutMs }))
    await value(connector.call('taskConfigs', [1], { timeoutMs }))
    const task = await value(cell.open('source', options))
    await value(task.call('start', [props], { timeoutMs }))
    const batch = await value(task.call('poll', [], { timeoutMs }))
    if (batch?.count !== 1) throw new Error('the first poll brought no record')
    return performance.now() - began
  }
  try {
    await once()
    const times: number[] = []
    for (let run = 0; run < runs; run++) times.push(await once())
    return { ours: median(times), java: null, unit: 'ms', higherIsBetter: false, extra: { slowest: Math.round(Math.max(...times)) } }
  } finally {
    await shelf.close()
    await rm(dir, { recursive: true, force: true })
  }
}
