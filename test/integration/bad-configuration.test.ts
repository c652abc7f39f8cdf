/** A worker process with wrong configurations: one error that names everything, the exit code, and nothing left of the attempt. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childrenOf, startProcess, startWorker, workerFiles } from './faults/processes.ts'
import { testKafka, type TestKafka, uniqueName } from './helpers/kafka.ts'
import { testFolder, until } from './helpers/standalone.ts'

let kafka: TestKafka
beforeAll(async () => (kafka = await testKafka()))
afterAll(() => kafka.close())

const cli = resolve(import.meta.dirname, '../../src/cli/connect-standalone.ts')
const isFree = async (url: string): Promise<boolean> => {
  const server = createServer()
  const free = await Promise.race([once(server.listen(Number(new URL(url).port), '127.0.0.1'), 'listening').then(() => true), once(server, 'error').then(() => false)])
  server.close()
  return free
}

test('a worker configuration: every wrong key with its reason in one error, exit code 2, nothing started', async () => {
  await using folder = await testFolder()
  const { url, files } = await workerFiles(folder, {
    bootstrap: kafka.bootstrap,
    props: { 'offset.flush.interval.ms': 'soon', 'metrics.num.samples': '0', 'plugin.path': '', 'offsets.flush.timeout.ms': '1', 'value.converter.secret': 'hunter2' },
  })
  await using worker = startProcess([process.execPath, cli, ...files], folder.path)
  expect(await worker.ended).toBe(2)
  const line = worker.output.split('\n').findIndex((text) => text.includes('Stopping due to error'))
  const error = worker.output.split('\n').slice(line).join('\n')
  for (const reason of [
    /Invalid value soon for configuration offset\.flush\.interval\.ms: Not a number of type LONG/,
    /Invalid value 0 for configuration metrics\.num\.samples: Value must be at least 1/, /plugin\.path.* must not be empty/,
  ]) expect(error).toMatch(reason)
  expect(worker.output).not.toContain('hunter2')
  expect(worker.output.match(/Stopping due to error/g)).toHaveLength(1)
  expect(await isFree(url)).toBe(true)
  expect(await childrenOf(worker.pid)).toEqual([])
  // no cache, no offset file, no temporary file: what the test wrote and nothing else
  expect((await readdir(folder.path)).toSorted()).toEqual(['plugins', 'worker.properties'])
})

test('an override policy that is not there: named with those there are, exit code 2', async () => {
  await using folder = await testFolder()
  const { files } = await workerFiles(folder, { bootstrap: kafka.bootstrap, props: { 'connector.client.config.override.policy': 'Mine' } })
  await using worker = startProcess([process.execPath, cli, ...files], folder.path)
  expect(await worker.ended).toBe(2)
  expect(worker.output).toContain('which name matches Mine; available are All, None, Allowlist and Principal')
})

test('converters that are not there: each named with what there is, exit code 2', async () => {
  await using folder = await testFolder()
  const { url, files } = await workerFiles(folder, { bootstrap: kafka.bootstrap, props: { 'key.converter': 'com.example.None', 'header.converter': 'StringConvertor' } })
  await using worker = startProcess([process.execPath, cli, ...files], folder.path)
  expect(await worker.ended).toBe(2)
  expect(worker.output).toMatch(/Invalid value com\.example\.None for configuration key\.converter: Class com\.example\.None could not be found/)
  expect(worker.output).toMatch(/Invalid value StringConvertor for configuration header\.converter: .*org\.apache\.kafka\.connect\.storage\.StringConverter/)
  expect(await isFree(url)).toBe(true)
})

test.each([
  ['a bad escape', 'a=\\u00g1\n', /Malformed \\uxxxx encoding in .*worker\.properties, line 1.*\\u needs four hexadecimal digits/],
  ['bytes that are no text', Buffer.from([0, 1, 2, 0xff, 0xfe]), /Missing required configuration "bootstrap\.servers"/],
])('a properties file with %s: said with its file and line, exit code 2', async (_, content, message) => {
  await using folder = await testFolder()
  await writeFile(folder.file('worker.properties'), content)
  await using worker = startProcess([process.execPath, cli, 'worker.properties'], folder.path)
  expect(await worker.ended).toBe(2)
  expect(worker.output).toMatch(message)
})

test('a repeated key and UTF-8 in a properties file are warned about, and the worker runs', async () => {
  await using folder = await testFolder()
  const { url, files } = await workerFiles(folder, { bootstrap: kafka.bootstrap })
  const [workerFile = ''] = files
  await writeFile(workerFile, `${await readFile(workerFile, 'utf8')}\noffset.flush.interval.ms=200\n# für Müller\nresponse.http.headers.config=\n`)
  await using worker = startProcess([process.execPath, cli, workerFile], folder.path)
  await until('the worker answers', () => fetch(`${url}/connectors`).then((response) => response.status, () => 0), (status) => status === 200)
  expect(worker.output).toMatch(/WARN .*The key 'offset\.flush\.interval\.ms' stands twice in .*\(lines \d+ and \d+\); the last one is used/)
  expect(worker.output).toMatch(/WARN .*holds UTF-8 text but is read as ISO-8859-1/)
  expect(await worker.stop()).toBe(0)
})

test('connector files: one error for all of them, exit code 3, and none of them ran', async () => {
  await using folder = await testFolder()
  await writeFile(folder.file('in.txt'), 'a line\n')
  const good = { name: 'good', 'connector.class': 'FileStreamSource', file: folder.file('in.txt'), topic: uniqueName('bad-configuration') }
  const bad = { name: 'bad', 'connector.class': 'FileStreamSink', 'tasks.max': '0', 'errors.tolerance': 'some', file: folder.file('out.txt') }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [good, bad, { name: 'unknown', 'connector.class': 'com.example.None' }] })
  expect(await worker.ended).toBe(3)
  expect(worker.output).toMatch(/2 connector configurations are wrong/)
  for (const reason of [/tasks\.max.*at least 1/, /errors\.tolerance.*none, all/, /Must configure one of topics or topics\.regex/, /com\.example\.None/]) expect(worker.output).toMatch(reason)
  expect(worker.output).not.toContain('Created connector')
  expect(worker.output).not.toContain('Instantiated connector')
  expect((await readdir(folder.path)).includes('offsets')).toBe(false)
})

test('a slip in a connector\'s key is warned about with the key that was meant', async () => {
  await using folder = await testFolder()
  await writeFile(folder.file('in.txt'), 'a line\n')
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors: [{ name: 'slip', 'connector.class': 'FileStreamSource', file: folder.file('in.txt'), topic: uniqueName('slip'), 'task.max': '2', 'batch.sice': '5' }] })
  await worker.untilTask('slip', 'RUNNING')
  expect(worker.output).toMatch(/Unknown configuration 'task\.max' of connector slip; did you mean 'tasks\.max'\?/)
  expect(worker.output).toMatch(/Unknown configuration 'batch\.sice' of connector slip; did you mean 'batch\.size'\?/)
})
