/** Task configurations and restart plans, as values. */
import { expect, test } from 'vitest'
import { planRestart } from '../../src/herder/restart-plan.ts'
import { taskConfigsChanged, withFrameworkKeys, withRawVariables } from '../../src/herder/task-configs.ts'
import type { ConnectorStateInfo } from '../../src/herder/types.ts'

test('task configurations get the task class, and the topics of a sink', () => {
  expect(withFrameworkKeys([{ a: '1' }], 'T', { topics: 'x,y', other: 'o' })).toEqual([{ a: '1', 'task.class': 'T', topics: 'x,y' }])
  expect(withFrameworkKeys([{}], 'T', { 'topics.regex': 'x.*' })).toEqual([{ 'task.class': 'T', 'topics.regex': 'x.*' }])
})
test('only keys whose raw connector value holds a variable are put back', () => {
  const raw = { user: 'u', password: 'pre-${file:/secrets:pw}', both: '${env:A}', absent: '${env:B}' }
  expect(withRawVariables([{ user: 'U', password: 'pre-s3cret', both: 'a' }], raw)).toEqual([{ user: 'U', password: 'pre-${file:/secrets:pw}', both: '${env:A}' }])
})
test.each([
  ['the same', { a: '1' }, { a: '1' }, [{ t: '1' }], [{ t: '1' }], false],
  ['another value', { a: '1' }, { a: '1' }, [{ t: '1' }], [{ t: '2' }], true],
  ['another key', { a: '1' }, { a: '1' }, [{ t: '1' }], [{ u: '1' }], true],
  ['more tasks', { a: '1' }, { a: '1' }, [{ t: '1' }], [{ t: '1' }, { t: '1' }], true],
  ['another connector configuration', { a: '2' }, { a: '1' }, [{ t: '1' }], [{ t: '1' }], true],
])('%s: changed is %6$s', (_what, config, appliedConfig, taskConfigs, next, changed) => {
  expect(taskConfigsChanged({ config, appliedConfig, taskConfigs }, next)).toBe(changed)
})

const state = (value: 'RUNNING' | 'FAILED') => ({ state: value, worker_id: 'w', version: '1' })
const current: ConnectorStateInfo = { name: 'c', type: 'source', connector: state('RUNNING'), tasks: [{ id: 0, ...state('FAILED') }, { id: 1, ...state('RUNNING') }] }
test.each([
  [true, true, false, [0]],
  [true, false, true, [0, 1]],
  [false, true, false, []],
  [false, false, true, []],
])('includeTasks=%s onlyFailed=%s restarts connector: %s, tasks: %j', (includeTasks, onlyFailed, connector, tasks) => {
  const plan = planRestart({ connector: 'c', includeTasks, onlyFailed }, current)
  expect([plan.connector, plan.tasks]).toEqual([connector, tasks])
  expect(plan.states.tasks.filter(({ state: shown }) => shown === 'RESTARTING').map(({ id }) => id)).toEqual(tasks)
})
