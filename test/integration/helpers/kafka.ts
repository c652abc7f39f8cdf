/**
 * The Kafka that integration tests use: the dev broker, one per test file, or real Kafka when `npm run test:kafka` gives its address.
 * Real Kafka is shared by all files, so topic, group and connector names must come from `uniqueName`.
 */
import { randomUUID } from 'node:crypto'

export interface TestKafka extends AsyncDisposable {
  readonly bootstrap: string
  readonly kind: 'dev' | 'real'
  close(): Promise<void>
}

export const testKafka = async (): Promise<TestKafka> => {
  const bootstrap = process.env['ISOCONNECT_TEST_BOOTSTRAP']
  if (bootstrap !== undefined && bootstrap !== '') {
    const close = (): Promise<void> => Promise.resolve()
    return { bootstrap, kind: 'real', close, [Symbol.asyncDispose]: close }
  }
  const { startDevBroker } = await import('../../../src/dev-broker/broker.ts')
  const broker = await startDevBroker({ port: 0 })
  const close = (): Promise<void> => broker.close()
  return { bootstrap: broker.address, kind: 'dev', close, [Symbol.asyncDispose]: close }
}

export const uniqueName = (prefix: string): string => `${prefix}-${randomUUID().slice(0, 8)}`
