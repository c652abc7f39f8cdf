/** The harness itself: real Kafka starts, Java Connect runs a FileStream source on it, and nothing is left afterwards. */
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startJavaConnect } from './java-connect.ts'
import { startKafka } from './server.ts'

test('a broker starts, serves Java Connect, and is gone with its data after close', { timeout: 120_000 }, async () => {
  const kafka = await startKafka()
  onTestFinished(() => kafka.close())
  const workDir = await mkdtemp(join(tmpdir(), 'isoconnect-java-'))
  onTestFinished(() => rm(workDir, { recursive: true }))
  await writeFile(join(workDir, 'in.txt'), 'one\ntwo\n')
  const source = { name: 'lines', 'connector.class': 'FileStreamSource', 'tasks.max': '1', file: join(workDir, 'in.txt'), topic: 'lines' }

  const connect = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, properties: { 'offset.flush.interval.ms': '200' }, connectors: [source] })
  onTestFinished(() => connect.close())
  expect(connect.startMs).toBeGreaterThan(0)
  expect(await connect.rssBytes()).toBeGreaterThan(1 << 20)
  await expect.poll(async () => (await (await fetch(`${connect.restUrl}/connectors/lines/status`)).json()) as unknown, { timeout: 30_000 })
    .toMatchObject({ connector: { state: 'RUNNING' }, tasks: [{ state: 'RUNNING' }] })
  // The offset of both lines is committed only after Kafka acknowledged them.
  await expect.poll(async () => (await (await fetch(`${connect.restUrl}/connectors/lines/offsets`)).json()) as unknown, { timeout: 30_000 })
    .toMatchObject({ offsets: [{ offset: { position: 8 } }] })

  await connect.close()
  await kafka.close()
  await kafka.close()
  expect(existsSync(`/proc/${kafka.pid}`)).toBe(false)
  expect(existsSync(`/proc/${connect.pid}`)).toBe(false)
  expect(existsSync(kafka.dir)).toBe(false)
})
