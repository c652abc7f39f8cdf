/** File to topic: 2,000,000 lines of 100 bytes by FileStreamSource, batch.size 2000. */
import type { BenchResult } from '../bench.ts'
import { alternate, checkRunning, createConnector, createTopic, deleteTopic, endOffset, type Format, inputFile, lineCount, startWorker, throughput, type Who } from '../bed.ts'

export const source = async (format: Format): Promise<BenchResult> => {
  const file = await inputFile('string')
  const run = async (who: Who, round: number): Promise<number> => {
    const topic = `source-${format}-${who}-${round}`
    await createTopic(topic)
    const worker = await startWorker(who, format)
    try {
      await createConnector(worker, topic, { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic, 'batch.size': '2000' })
      return await throughput(() => endOffset(topic), lineCount, () => checkRunning(worker, topic))
    } finally {
      await worker.stop()
      await deleteTopic(topic)
    }
  }
  return { ...(await alternate(run, 'records/s')), unit: 'records/s', higherIsBetter: true }
}
