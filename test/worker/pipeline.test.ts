/** Encoding and decoding with converters and transformations that wait or fail: failed rows alone are tried again, from where they failed. */
import { describe, expect, test } from 'vitest'
import { createConverter } from '../../src/converters/converters.ts'
import type { Converter } from '../../src/converters/types.ts'
import { RetriableException } from '../../src/data/errors.ts'
import { createChain } from '../../src/transforms/chain.ts'
import type { StageSpec } from '../../src/transforms/types.ts'
import { hostValues } from '../../src/wire/host-columns.ts'
import { decodeParts, type DecodedParts } from '../../src/worker/sink-decode.ts'
import { encodeBatch, type EncodedBatch, type Pipeline } from '../../src/worker/source-encode.ts'
import { recordColumns, textBatch } from './fakes.ts'

const string = (): Converter => createConverter({ className: 'StringConverter', isKey: false, config: {} })
/** A string converter that answers by promise and fails the first row that holds `late`, as often as told. */
const flaky = (failures: number): Converter & { readonly asked: number[] } => {
  const inner = string()
  const asked: number[] = []
  let left = failures
  const fails = (text: unknown): boolean => text === 'late' && left-- > 0
  const error = new RetriableException('the registry is away')
  return {
    className: 'com.example.Flaky', asked,
    fromConnect: async (values, topics) => {
      asked.push(values.count)
      const row = hostValues(values.column, values.count, values.schemas).findIndex(fails)
      const encoded = await inner.fromConnect(values, topics)
      return row < 0 ? encoded : { ...encoded, errors: [{ row, error }] }
    },
    toConnect: async (parts, topics, table) => {
      const decoded = await inner.toConnect(parts, topics, table)
      asked.push(decoded.count)
      const row = hostValues(decoded.column, decoded.count, table.schemas).findIndex(fails)
      return row < 0 ? decoded : { ...decoded, errors: [{ row, error }] }
    },
  }
}
const stage = (className: string, config: Record<string, string>, topic: string | null = null): StageSpec => ({
  alias: 'a', className: `org.apache.kafka.connect.transforms.${className}`, config, negate: false,
  predicate: topic === null ? null : { alias: 'p', className: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches', config: { pattern: topic } },
})
const pipeline = (value: Converter, stages: readonly StageSpec[] = []): Pipeline => ({ converters: { key: string(), value, header: string() }, chain: createChain(stages) })
const texts = ({ value }: EncodedBatch): (string | null)[] =>
  Array.from(value.start, (start, row) => (start < 0 ? null : Buffer.from(value.bytes).toString('utf8', start, value.end[row])))
const route = stage('RegexRouter', { regex: 't(.*)', replacement: 'u$1' })

describe('a batch of a source', () => {
  const batch = { ...textBatch(['a', 'late', 'c', 'd']), topics: ['t', 'drop'], topic: Int32Array.of(0, 0, 1, 0) }
  const stages = [stage('Filter', {}, 'drop'), route]

  test('with built-ins alone is there at once', () => {
    const encoded = encodeBatch(batch, pipeline(string(), stages)) as EncodedBatch
    expect(encoded).not.toBeInstanceOf(Promise)
    expect([texts(encoded), [...encoded.dropped], encoded.usedTopics()]).toEqual([['a', 'late', null, 'd'], [2], ['u']])
  })
  test('keeps what succeeded and tries failed rows again', async () => {
    const converter = flaky(2)
    let encoded = await encodeBatch(batch, pipeline(converter, stages))
    expect(encoded.failures).toMatchObject([{ row: 1, stage: 'VALUE_CONVERTER', className: 'com.example.Flaky', error: { retriable: true } }])
    encoded = await encoded.retry([1])
    expect(encoded.failures).toMatchObject([{ row: 1 }])
    encoded = await encoded.retry([1])
    expect([encoded.failures, texts(encoded), [...encoded.dropped], converter.asked]).toEqual([[], ['a', 'late', null, 'd'], [2], [3, 1, 1]])
  })
})

test('rows that are tried again for ever take no more room with every try', async () => {
  let encoded = await encodeBatch(textBatch(['a', 'late', 'c']), pipeline(flaky(Infinity)))
  const sizes = new Set<number>()
  for (let attempt = 0; attempt < 20; attempt++) {
    encoded = await encoded.retry([1])
    sizes.add(encoded.value.bytes.length)
    expect([texts(encoded)[0], texts(encoded)[2], encoded.failures.length]).toEqual(['a', 'c', 1])
  }
  expect(Math.max(...sizes)).toBeLessThan(100)
})

describe('records of a sink', () => {
  const parts = [recordColumns({ topic: 't', partition: 0 }, 10, ['a', 'late']), recordColumns({ topic: 'drop', partition: 1 }, 5, ['x']), recordColumns({ topic: 't', partition: 2 }, 7, ['b'])]
  const summary = (decoded: DecodedParts): unknown => {
    const batch = decoded.batch()
    return batch && { values: hostValues(batch.value, batch.count, []), offsets: [...batch.offset], partitions: [...batch.partition], topics: batch.topics, original: batch.original?.topics }
  }
  test('that failed in a converter go through the whole chain once they do not', async () => {
    const converter = flaky(1)
    const decoded = await decodeParts(parts, pipeline(converter, [stage('Filter', {}, 'drop'), route]))
    expect(decoded.failures).toMatchObject([{ row: 1, stage: 'VALUE_CONVERTER' }])
    expect(summary(decoded)).toMatchObject({ values: ['a', 'b'], offsets: [10, 7], partitions: [0, 2] })
    const again = await decoded.retry([1])
    expect(again.failures).toEqual([])
    expect(summary(again)).toMatchObject({ values: ['a', 'late', 'b'], offsets: [10, 11, 7], partitions: [0, 0, 2], original: ['t', 'drop'] })
    expect(converter.asked).toEqual([4, 1])
  })
})
