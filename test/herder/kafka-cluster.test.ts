/** Finding the Kafka cluster at start: patience with brokers that are starting, none with settings that are wrong. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { lookupKafkaClusterId } from '../../src/herder/kafka-cluster.ts'
import { KafkaError } from '../../src/kafka/types.ts'
import type { Admin } from '../../src/kafka/types.ts'
import { setLevel } from '../../src/log.ts'

setLevel('root', 'OFF')
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const config = parseWorkerConfig(
  { 'bootstrap.servers': 'a:1', 'offset.storage.file.filename': '/tmp/x', 'key.converter': 'K', 'value.converter': 'V', 'security.protocol': 'SSL', 'admin.request.timeout.ms': '5' },
  'standalone',
)
const unreachable = "Failed to connect to and describe Kafka cluster. Check worker's broker connection and security properties."
const rig = (answers: readonly (string | Error)[]) => {
  let asked = 0
  let open = 0
  const seen: Readonly<Record<string, string>>[] = []
  const admin = { clusterId: () => { const answer = answers[Math.min(asked++, answers.length - 1)] ?? ''; return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer) }, close: () => Promise.resolve(void open--) }
  const clients = {
    admin: ({ properties }: { readonly properties: Readonly<Record<string, string>> }) => {
      open++
      seen.push(properties)
      return Promise.resolve(admin as unknown as Admin)
    },
  }
  const abort = new AbortController()
  const found = lookupKafkaClusterId(clients, config, abort.signal)
  found.catch(() => undefined)
  return { found, abort, seen, asked: () => asked, open: () => open }
}
const starting = new KafkaError('COORDINATOR_NOT_AVAILABLE', 'not yet', { retriable: true })

test('the worker’s own settings are used, without those of other clients', async () => {
  const { found, seen, open } = rig(['id'])
  expect(await found).toBe('id')
  expect(seen[0]).toMatchObject({ 'bootstrap.servers': 'a:1', 'security.protocol': 'SSL' })
  expect(open()).toBe(0)
})
test('a broker that is starting is asked again', async () => {
  const { found, asked, open } = rig([starting, starting, 'id'])
  await vi.advanceTimersByTimeAsync(2000)
  expect([await found, asked(), open()]).toEqual(['id', 3, 0])
})
test('no broker in time ends with Kafka’s words and the cause', async () => {
  const { found } = rig([starting])
  await vi.advanceTimersByTimeAsync(61_000)
  await expect(found).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE', message: unreachable, cause: starting })
})
test('wrong credentials are not tried again', async () => {
  const { found, asked } = rig([new KafkaError('SASL_AUTHENTICATION_FAILED', 'no', { retriable: false })])
  await expect(found).rejects.toMatchObject({ message: unreachable })
  expect(asked()).toBe(1)
})
test('a broker that never answers does not hold the start for ever, and a stop ends it at once', async () => {
  const clients = { admin: () => new Promise<Admin>(() => {}) }
  const late = lookupKafkaClusterId(clients, config, new AbortController().signal)
  late.catch(() => undefined)
  await vi.advanceTimersByTimeAsync(61_000)
  await expect(late).rejects.toMatchObject({ message: unreachable })
  const abort = new AbortController()
  const given = lookupKafkaClusterId(clients, config, abort.signal)
  abort.abort()
  await expect(given).rejects.toThrow('The start was given up')
})
