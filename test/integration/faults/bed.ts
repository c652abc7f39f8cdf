/** What the fault tests share: a file of 200,000 lines, connectors that take it to a topic and to another file, and looks at the other ends. */
import { open, readFile, stat } from 'node:fs/promises'
import { uniqueName } from '../helpers/kafka.ts'
import type { TestFolder } from '../helpers/standalone.ts'
import { type Arrivals, examine, lineOf, writeLines } from './lines.ts'
import type { Outsider } from './topic.ts'

export const total = 200_000
export const writeInput = (folder: TestFolder): Promise<void> => writeLines(folder.file('in.txt'), 0, total)

/** Small batches, so that 200,000 lines take long enough to be hit in their middle. */
export const sourceOf = (input: TestFolder, topic: string, more: Readonly<Record<string, string>> = {}) => ({
  name: uniqueName('source'), 'connector.class': 'FileStreamSource', file: input.file('in.txt'), topic, 'batch.size': '100', ...more,
})
export const sinkOf = (folder: TestFolder, topic: string, more: Readonly<Record<string, string>> = {}) => ({
  name: uniqueName('sink'), 'connector.class': 'FileStreamSink', file: folder.file('out.txt'), topics: topic, 'consumer.override.max.poll.records': '300',
  'consumer.override.session.timeout.ms': '6000', 'consumer.override.heartbeat.interval.ms': '500', ...more,
})
export const linesOf = async (folder: TestFolder): Promise<string[]> => {
  const text = await readFile(folder.file('out.txt'), 'utf8').catch(() => '')
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
/** The topic as it came from the input, and the sink's file as it came from the topic. */
export const bothEnds = async (topics: Outsider, topic: string, folder: TestFolder): Promise<readonly [topic: Arrivals, file: Arrivals]> => {
  const written = await topics.read(topic)
  return [examine(written, total, 'input'), examine([await linesOf(folder)], total, written[0] ?? [])]
}
export const lastLineOf = async (folder: TestFolder): Promise<string> => {
  await using handle = await open(folder.file('out.txt'))
  const { size } = await handle.stat()
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(200), 0, 200, Math.max(0, size - 200))
  return buffer.subarray(0, bytesRead).toString().trimEnd().split('\n').at(-1) ?? ''
}
export const isLast = (line: string): boolean => line === lineOf(total - 1)
export const bytesOf = async (folder: TestFolder): Promise<number> => (await stat(folder.file('out.txt')).catch(() => null))?.size ?? 0
export const lineBytes = Buffer.byteLength(`${lineOf(0)}\n`)

