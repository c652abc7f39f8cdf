import { defineConfig } from 'vitest/config'

// `unit` is pure and fast; `integration` starts real processes on the dev broker; `kafka` needs real Kafka (npm run test:kafka).
const project = (name: string, include: string[], exclude: string[] = [], more: { readonly fileParallelism?: false; readonly sequence?: { readonly groupOrder: number } } = {}) => ({
  test: { name, include, exclude, testTimeout: 60_000, hookTimeout: 60_000, pool: 'forks' as const, execArgv: ['--no-warnings=ExperimentalWarning'], ...more },
})
/** Measures what a neighbour notices: one file at a time, when everything else is over. */
const alone = { fileParallelism: false, sequence: { groupOrder: 1 } } as const

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts'], ['test/integration/**', 'test/kafka/**', 'test/fixtures/**']),
      project('integration', ['test/integration/**/*.test.ts'], ['test/integration/hostile/**']),
      project('hostile', ['test/integration/hostile/**/*.test.ts'], [], alone),
      project('kafka', ['test/kafka/**/*.test.ts']),
    ],
  },
})
