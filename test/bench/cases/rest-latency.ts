/** p99 of GET /connectors, one request after another, while FileStreamSource runs as fast as it can. */
import type { BenchResult } from '../bench.ts'
import { alternate, createConnector, inputFile, lineCount, startWorker, topics, type Who } from '../bed.ts'

export const restLatency = async (): Promise<BenchResult> => {
  const file = await inputFile('string')
  const admin = await topics()
  const run = async (who: Who, round: number): Promise<number> => {
    const topic = `latency-${who}-${round}`
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    const worker = await startWorker(who, 'string')
    await createConnector(worker, topic, { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic, 'batch.size': '2000' })
    const offset = async (): Promise<number> => Number((await admin.fetchTopicOffsets(topic))[0]?.high ?? 0)
    while ((await offset()) === 0) await new Promise(setImmediate)
    const times: number[] = []
    while ((await offset()) < lineCount) {
      for (let request = 0; request < 20; request++) {
        const began = performance.now()
        await (await fetch(`${worker.url}/connectors`)).text()
        times.push(performance.now() - began)
      }
    }
    await worker.stop()
    await admin.deleteTopics({ topics: [topic] })
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
  }
  return { ...(await alternate(run, 'ms p99')), unit: 'ms', higherIsBetter: false }
}
