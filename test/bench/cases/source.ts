/** File to topic: 2,000,000 lines of 100 bytes by FileStreamSource, batch.size 2000. */
import type { BenchResult } from '../bench.ts'
import { alternate, checkRunning, createConnector, type Format, inputFile, lineCount, startWorker, throughput, topics, type Who } from '../bed.ts'

export const source = async (format: Format): Promise<BenchResult> => {
  const file = await inputFile('string')
  const admin = await topics()
  const run = async (who: Who, round: number): Promise<number> => {
    const topic = `source-${format}-${who}-${round}`
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    const worker = await startWorker(who, format)
    try {
      await createConnector(worker, topic, { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic, 'batch.size': '2000' })
      const endOffset = async (): Promise<number> => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0)
      return await throughput(endOffset, lineCount, () => checkRunning(worker, topic))
    } finally {
      await worker.stop()
      await admin.deleteTopics({ topics: [topic] })
    }
  }
  return { ...(await alternate(run, 'records/s')), unit: 'records/s', higherIsBetter: true }
}
