/** Topic to file: 2,000,000 records of 100 bytes by FileStreamSink. Kafka's own ProducerPerformance fills the topic, once for both. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResult } from '../bench.ts'
import { alternate, checkRunning, createConnector, createTopic, deleteTopic, fillTopic, type Format, lineBytes, lineCount, startWorker, throughput, type Who, workDir } from '../bed.ts'

export const sink = async (format: Format): Promise<BenchResult> => {
  const topic = `sink-${format}`
  await createTopic(topic)
  await fillTopic(topic, format)
  const run = async (who: Who, round: number): Promise<number> => {
    const name = `${topic}-${who}-${round}`
    const file = join(await workDir(), `${name}.out`)
    const worker = await startWorker(who, format)
    try {
      await createConnector(worker, name, { 'connector.class': 'FileStreamSink', 'tasks.max': '1', file, topics: topic })
      const linesWritten = async (): Promise<number> => ((await stat(file).catch(() => null))?.size ?? 0) / (lineBytes + 1)
      return await throughput(linesWritten, lineCount, () => checkRunning(worker, name))
    } finally {
      await worker.stop()
    }
  }
  const result = await alternate(run, 'records/s')
  await deleteTopic(topic)
  return { ...result, unit: 'records/s', higherIsBetter: true }
}
