import { defineConfig } from 'vitest/config'

// `unit` is pure and fast; `integration` starts real processes on the dev broker; `kafka` needs real Kafka (npm run test:kafka).
const project = (name: string, include: string[], exclude: string[] = []) => ({
  test: { name, include, exclude, testTimeout: 60_000, hookTimeout: 60_000, pool: 'forks' as const, execArgv: ['--no-warnings=ExperimentalWarning'] },
})

export default defineConfig({
  test: {
    projects: [
      project('unit', ['test/**/*.test.ts'], ['test/integration/**', 'test/kafka/**', 'test/fixtures/**']),
      project('integration', ['test/integration/**/*.test.ts']),
      project('kafka', ['test/kafka/**/*.test.ts']),
    ],
  },
})
