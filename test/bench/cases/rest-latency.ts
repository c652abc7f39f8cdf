/** p99 of GET /connectors, one request after another, while FileStreamSource runs as fast as it can. */
import type { BenchResult } from '../bench.ts'
import { alternate, createConnector, createTopic, deleteTopic, endOffset, inputFile, lineCount, startWorker, type Who } from '../bed.ts'

export const restLatency = async (): Promise<BenchResult> => {
  const file = await inputFile('string')
  const run = async (who: Who, round: number): Promise<number> => {
    const topic = `latency-${who}-${round}`
    await createTopic(topic)
    const worker = await startWorker(who, 'string')
    await createConnector(worker, topic, { 'connector.class': 'FileStreamSource', 'tasks.max': '1', file, topic, 'batch.size': '2000' })
    while ((await endOffset(topic)) === 0) await new Promise(setImmediate)
    const times: number[] = []
    while ((await endOffset(topic)) < lineCount) {
      for (let request = 0; request < 20; request++) {
        const began = performance.now()
        await (await fetch(`${worker.url}/connectors`)).text()
        times.push(performance.now() - began)
      }
    }
    await worker.stop()
    await deleteTopic(topic)
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0
  }
  return { ...(await alternate(run, 'ms p99')), unit: 'ms', higherIsBetter: false }
}
