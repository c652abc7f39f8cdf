/** Resident memory of all our processes against Java's: idle (no connector, 5 s after start) and the peak under source load. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchResult } from '../bench.ts'
import { alternate, createConnector, createTopic, deleteTopic, endOffset, inputFile, lineCount, startWorker, treeRssBytes, type Who } from '../bed.ts'

const mb = 2 ** 20

export const memory = async (): Promise<BenchResult> => {
  const idle = await alternate(async (who) => {
    const worker = await startWorker(who, 'string')
    await sleep(5000)
    const bytes = await treeRssBytes(worker.pid)
    await worker.stop()
    return bytes / mb
  }, 'MB idle')
  const file = await inputFile('string')
  const underLoad = async (who: Who, round: number): Promise<number> => {
    const topic = `memory-${who}-${round}`
    await createTopic(topic)
    const worker = await startWorker(who, 'string')
    await createConnector(worker, topic, { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic, 'batch.size': '2000' })
    let peak = 0
    while (await endOffset(topic) < lineCount) {
      peak = Math.max(peak, await treeRssBytes(worker.pid))
      await sleep(50)
    }
    await worker.stop()
    await deleteTopic(topic)
    return peak / mb
  }
  const load = await alternate(underLoad, 'MB under load')
  const whole = (value: number): number => Math.round(value)
  return { ...idle, unit: 'MB', higherIsBetter: false, extra: { oursUnderLoad: whole(load.ours), javaUnderLoad: whole(load.java) } }
}
