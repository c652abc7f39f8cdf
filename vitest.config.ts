import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

// `unit` is pure and fast; `integration` starts real processes on the dev broker; `kafka` needs real Kafka (npm run test:kafka).
const project = (name: string, include: string[], exclude: string[] = [], more: { readonly fileParallelism?: false; readonly sequence?: { readonly groupOrder: number } } = {}) => ({
  test: { name, include, exclude, testTimeout: 60_000, hookTimeout: 60_000, pool: 'forks' as const, execArgv: ['--no-warnings=ExperimentalWarning'], ...more },
})
/** These say how soon something ends, or what a neighbour notices of it: one file at a time, when everything else is over. */
const hostile = ['test/integration/hostile/**/*.test.ts', 'test/cell/compromised.test.ts']
const alone = { fileParallelism: false, sequence: { groupOrder: 1 } } as const

export default defineConfig({
  test: {
    // vitest leaves one processor for itself, which of two is half: most files wait for processes and for Kafka
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      project('unit', ['test/**/*.test.ts'], ['test/integration/**', 'test/kafka/**', 'test/parity/**', 'test/fixtures/**', ...hostile]),
      project('integration', ['test/integration/**/*.test.ts'], hostile),
      project('hostile', hostile, [], alone),
      project('kafka', ['test/kafka/**/*.test.ts', 'test/parity/**/*.test.ts']),
    ],
  },
})
