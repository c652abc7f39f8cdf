/** Topic to file: 2,000,000 records of 100 bytes by FileStreamSink. Kafka's own ProducerPerformance fills the topic, once for both. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchResult } from '../bench.ts'
import { alternate, bootstrap, checkRunning, createConnector, createTopic, deleteTopic, type Format, inputFile, lineBytes, lineCount, startWorker, throughput, type Who, workDir } from '../bed.ts'
import { ensureKafkaJars } from '../../kafka/jars.ts'
import { startJava } from '../../kafka/java.ts'

export const fill = async (topic: string, format: Format): Promise<void> => {
  const { classPath } = await ensureKafkaJars()
  const dir = await workDir()
  const java = await startJava({
    classPath, jvm: ['-Xmx512m'], mainClass: 'org.apache.kafka.tools.ProducerPerformance', cwd: dir, logFile: join(dir, 'fill.log'),
    args: ['--topic', topic, '--num-records', String(lineCount), '--throughput', '-1', '--payload-file', await inputFile(format), '--producer-props', `bootstrap.servers=${await bootstrap()}`, 'acks=1'],
  })
  await java.sawLine('99.9th.', 180_000)
  await java.end('SIGTERM')
}

export const sink = async (format: Format): Promise<BenchResult> => {
  const topic = `sink-${format}`
  await createTopic(topic)
  await fill(topic, format)
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
