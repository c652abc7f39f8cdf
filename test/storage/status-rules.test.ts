/** Which status write wins. */
import { expect, test } from 'vitest'
import { mayWrite, mergeTaskRecord } from '../../src/storage/status-rules.ts'
import type { StatusRecord, StatusState } from '../../src/storage/status-rules.ts'

const record = (state: StatusState, workerId: string, generation: number): StatusRecord => ({ state, workerId, generation, trace: null, version: null })

test.each(['RUNNING', 'PAUSED', 'STOPPED', 'RESTARTING'] as const)('%s is always written', (state) => {
  expect(mayWrite(record('RUNNING', 'b:1', 9), record(state, 'a:1', 1))).toBe(true)
})
test.each(['UNASSIGNED', 'FAILED'] as const)('%s never overwrites another worker of a newer generation', (state) => {
  expect(mayWrite(record('RUNNING', 'b:1', 2), record(state, 'a:1', 1))).toBe(false)
  expect(mayWrite(record('RUNNING', 'b:1', 1), record(state, 'a:1', 1))).toBe(true)
  expect(mayWrite(record('RUNNING', 'a:1', 2), record(state, 'a:1', 1))).toBe(true)
  expect(mayWrite(undefined, record(state, 'a:1', 1))).toBe(true)
})
test('a late UNASSIGNED of a task does not hide that it runs elsewhere', () => {
  const running = record('RUNNING', 'b:1', 2)
  expect(mergeTaskRecord(running, record('UNASSIGNED', 'a:1', 2))).toBe(running)
  expect(mergeTaskRecord(running, record('UNASSIGNED', 'a:1', 3)).state).toBe('UNASSIGNED')
  expect(mergeTaskRecord(record('PAUSED', 'b:1', 2), record('UNASSIGNED', 'a:1', 2)).state).toBe('UNASSIGNED')
})
