import { expect, test } from 'vitest'
import { ProducerStates } from '../../../src/dev-broker/log/producer-state.ts'
import { readBatchHeader, type BatchHeader } from '../../../src/dev-broker/protocol/batch-header.ts'
import { errors } from '../../../src/dev-broker/protocol/error-codes.ts'
import { batch } from '../batches.ts'

const header = (sequence: number, count = 1, epoch = 0): BatchHeader => {
  const read = readBatchHeader(batch({ values: Array.from({ length: count }, () => 'v'), producerId: 5, producerEpoch: epoch, sequence }))
  if (read === null) throw new Error('no header')
  return read
}
const states = (...appended: BatchHeader[]): ProducerStates => {
  const made = new ProducerStates()
  for (const [position, one] of appended.entries()) made.record({ ...one, baseOffset: position * 100 }, false)
  return made
}

test('an unknown producer may begin anywhere: its state may have been lost with old segments', () => {
  expect(states().check(header(12))).toEqual({ kind: 'append' })
})
test('the next sequence is appended, a gap and an overlap are refused', () => {
  const known = states(header(0, 3))
  expect(known.check(header(3)).kind).toBe('append')
  expect(known.check(header(4))).toMatchObject({ kind: 'error', code: errors.OUT_OF_ORDER_SEQUENCE_NUMBER })
  expect(known.check(header(1))).toMatchObject({ kind: 'error', code: errors.OUT_OF_ORDER_SEQUENCE_NUMBER })
})
test('each of the last five batches is recognised when it comes again; the sixth is out of order', () => {
  const known = states(...[0, 1, 2, 3, 4, 5].map((sequence) => header(sequence)))
  for (const sequence of [1, 2, 3, 4, 5]) expect(known.check(header(sequence))).toMatchObject({ kind: 'duplicate', batch: { baseOffset: sequence * 100 } })
  expect(known.check(header(0))).toMatchObject({ kind: 'error', code: errors.OUT_OF_ORDER_SEQUENCE_NUMBER })
})
test('an old epoch is fenced, a new one begins at 0', () => {
  const known = states(header(0, 1, 3))
  expect(known.check(header(1, 1, 2))).toMatchObject({ kind: 'error', code: errors.INVALID_PRODUCER_EPOCH })
  expect(known.check(header(1, 1, 4))).toMatchObject({ kind: 'error', code: errors.OUT_OF_ORDER_SEQUENCE_NUMBER })
  expect(known.check(header(0, 1, 4))).toEqual({ kind: 'append' })
})
test('sequences wrap at 2^31', () => {
  expect(states(header(0x7fffffff)).check(header(0)).kind).toBe('append')
  expect(states(header(0x7ffffffe, 3)).check(header(1)).kind).toBe('append')
})
