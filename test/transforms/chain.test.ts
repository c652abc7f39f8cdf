/** The chain: order, predicates, drops, failures, retries, runs that have to wait, and columns that nobody touches. */
import { describe, expect, test } from 'vitest'
import { RetriableException } from '../../src/data/errors.ts'
import { createChain } from '../../src/transforms/chain.ts'
import { RowBatch } from '../../src/transforms/row-batch.ts'
import type { Run, StageSpec } from '../../src/transforms/types.ts'
import { packedBatch } from './batches.ts'

const prefix = 'org.apache.kafka.connect.transforms.'
const stage = (className: string, config: Record<string, string> = {}, when: { readonly topic?: string; readonly negate?: boolean } = {}): StageSpec => ({
  alias: className, className: `${prefix}${className}`, config, negate: when.negate ?? false,
  predicate: when.topic === undefined ? null : { alias: 'p', className: `${prefix}predicates.TopicNameMatches`, config: { pattern: when.topic } },
})
const route = (regex: string, replacement: string, when = {}): StageSpec => stage('RegexRouter', { regex, replacement }, when)
const topics = ({ topics: names, topic, count }: { readonly topics: readonly string[]; readonly topic: Int32Array | null; readonly count: number }): string[] =>
  Array.from({ length: count }, (_, row) => names[topic === null ? 0 : (topic[row] as number)] as string)
const twoTopics = { topics: ['a', 'b'], topic: Int32Array.of(0, 1, 0) }

const run = (stages: readonly StageSpec[], batch = packedBatch(['x', 'y', 'z'], null, twoTopics)): RowBatch => {
  const rows = new RowBatch(batch)
  const done = createChain(stages)?.apply(rows)
  expect(done).toBe(rows)
  return rows
}

describe('stages', () => {
  test('follow each other in the order of the list', () => {
    expect(topics(run([route('a', 'b'), route('b', 'c')]).toHostBatch())).toEqual(['c', 'c', 'c'])
    expect(topics(run([route('b', 'c'), route('a', 'b')]).toHostBatch())).toEqual(['b', 'c', 'b'])
  })
  test('run where their predicate holds, or with negate where it does not', () => {
    expect(topics(run([route('.*', 'new', { topic: 'a' })]).toHostBatch())).toEqual(['new', 'b', 'new'])
    expect(topics(run([route('.*', 'new', { topic: 'a', negate: true })]).toHostBatch())).toEqual(['a', 'new', 'a'])
  })
  test('see nothing of rows that were dropped', () => {
    const rows = run([stage('Filter', {}, { topic: 'b' }), route('b', '$9')])
    expect(rows.failures).toEqual([])
    expect(rows.droppedRows()).toEqual(Int32Array.of(1))
    expect(rows.liveRows()).toEqual(Int32Array.of(0, 2))
  })
  test('fail their row only, and nothing follows for it', () => {
    const rows = run([route('b', '$9'), stage('Filter', {}, { topic: 'b' })])
    expect(rows.failures).toMatchObject([{ row: 1, stage: 0, className: `${prefix}RegexRouter`, error: { message: 'No group 9' } }])
    expect(rows.droppedRows().length).toBe(0)
  })
  test('leave columns alone that they do not read', () => {
    const batch = packedBatch([{ a: 1 }, 'b', 2])
    const after = run([route('t', 'u'), stage('Filter', {}, { topic: 'nothing' })], batch).toHostBatch()
    expect(after.topics).toEqual(['u'])
    for (const column of ['key', 'value', 'keySchema', 'valueSchema', 'headers', 'timestamp', 'partition'] as const) expect(after[column]).toBe(batch[column])
  })
})

describe('a run that has to wait', () => {
  /** Fails rows of topic b with a retriable error until it has been asked often enough. */
  const flaky = (firstStage: number, failures: number): Run & { readonly resumed: (ReadonlyMap<number, number> | null)[] } => {
    const resumed: (ReadonlyMap<number, number> | null)[] = []
    let left = failures
    return {
      firstStage, stageCount: 1, resumed,
      apply: async (batch, resume) => {
        resumed.push(resume)
        await Promise.resolve()
        for (const row of resume?.keys() ?? Array.from({ length: batch.count }, (_, at) => at)) {
          if (batch.topic(row) === 'b' && left-- > 0) batch.fail(row, firstStage, 'com.example.Flaky', new RetriableException('later'))
          else batch.setTopic(row, `${batch.topic(row)}!`)
        }
      },
    }
  }
  const guest: StageSpec = { alias: 'g', className: 'com.example.Flaky', config: {}, predicate: null, negate: false }

  test('takes its place between the built-ins, and failed rows alone are tried again from where they failed', async () => {
    let middle: ReturnType<typeof flaky> | null = null
    const chain = createChain([route('a', 'A'), guest, route('(.*)!', '$1?')], (first) => (middle = flaky(first, 2)))
    const rows = new RowBatch(packedBatch(['x', 'y', 'z'], null, twoTopics))
    await chain?.apply(rows)
    expect(topics(rows.toHostBatch())).toEqual(['A?', 'b', 'A?'])
    expect(rows.failures).toMatchObject([{ row: 1, stage: 1, className: 'com.example.Flaky' }])
    await chain?.retry(rows, [1])
    expect(rows.failures).toMatchObject([{ row: 1 }])
    await chain?.retry(rows, [1])
    expect(rows.failures).toEqual([])
    expect(topics(rows.toHostBatch())).toEqual(['A?', 'b?', 'A?'])
    expect(middle).toMatchObject({ firstStage: 1, resumed: [null, new Map([[1, 1]]), new Map([[1, 1]])] })
  })
  test('without anybody to run it is a class that is not there', () => {
    expect(() => createChain([guest])).toThrow('Class com.example.Flaky could not be found.')
  })
})

