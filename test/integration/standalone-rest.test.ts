/** A connector's life over HTTP, as any Kafka Connect client would lead it. */
import { writeFile, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { until } from './helpers/standalone.ts'

setLevel('root', 'OFF')
const bed = standaloneBed()

type Answer = { readonly status: number; readonly location: string | null; readonly body: unknown }
const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
  const response = await fetch(new URL(path, bed.worker.advertisedUrl), { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) })
  const text = await response.text()
  return { status: response.status, location: response.headers.get('location'), body: text === '' ? null : (JSON.parse(text) as unknown) }
}
type Status = { readonly connector: { readonly state: string; readonly worker_id: string }; readonly tasks: readonly { readonly state: string }[] }
const untilState = (name: string, connector: string, task: string | null) =>
  until(`${name} is ${connector} ${task}`, async () => (await ask('GET', `/connectors/${name}/status`)).body as Status, (status) => status.connector.state === connector && (status.tasks[0]?.state ?? null) === task)

test('a file source and a file sink are created, watched, paused, moved, restarted and deleted', async () => {
  const topic = uniqueName('rest')
  const [source, sink] = [`${topic}-source`, `${topic}-sink`]
  await writeFile(bed.folder.file('in.txt'), 'one\n')
  const config = { 'connector.class': 'FileStreamSource', file: bed.folder.file('in.txt'), topic }
  expect(await ask('POST', '/connectors', { name: source, config })).toEqual({
    status: 201, location: `${bed.worker.advertisedUrl}connectors/${source}`,
    body: { name: source, config: { ...config, name: source }, tasks: [{ connector: source, task: 0 }], type: 'source' },
  })
  const sinkConfig = { 'connector.class': 'FileStreamSink', file: bed.folder.file('out.txt'), topics: topic }
  expect((await ask('PUT', `/connectors/${sink}/config`, sinkConfig)).status).toBe(201)
  expect((await ask('PUT', `/connectors/${sink}/config`, { ...sinkConfig, 'consumer.override.max.poll.records': '10' })).status).toBe(200)
  expect((await ask('POST', '/connectors', { name: source, config })).status).toBe(409)
  await until('the line is out', () => readFile(bed.folder.file('out.txt'), 'utf8').catch(() => ''), (text) => text === 'one\n')

  const { connector } = await untilState(source, 'RUNNING', 'RUNNING')
  expect(connector.worker_id).toBe(new URL(bed.worker.advertisedUrl).host)
  expect((await ask('PUT', `/connectors/${source}/pause`)).status).toBe(202)
  await untilState(source, 'PAUSED', 'PAUSED')
  expect((await ask('PUT', `/connectors/${source}/resume`)).status).toBe(202)
  await untilState(source, 'RUNNING', 'RUNNING')
  await until('the topic is known', () => ask('GET', `/connectors/${source}/topics`), ({ body }) => JSON.stringify(body) === JSON.stringify({ [source]: { topics: [topic] } }))

  expect(await ask('DELETE', `/connectors/${source}/offsets`)).toMatchObject({ status: 400 })
  expect((await ask('PUT', `/connectors/${source}/stop`)).status).toBe(204)
  expect((await ask('GET', `/connectors/${source}/offsets`)).body).toEqual({ offsets: [{ partition: { filename: bed.folder.file('in.txt') }, offset: { position: 4 } }] })
  expect(await ask('PATCH', `/connectors/${source}/offsets`, { offsets: [{ partition: { filename: bed.folder.file('in.txt') }, offset: { position: 0 } }] })).toMatchObject({
    status: 200, body: { message: 'The offsets for this connector have been altered successfully' },
  })
  expect((await ask('PUT', `/connectors/${source}/resume`)).status).toBe(202)
  await until('the line is out again', () => readFile(bed.folder.file('out.txt'), 'utf8'), (text) => text === 'one\none\n')

  expect((await ask('POST', `/connectors/${source}/restart`)).status).toBe(204)
  expect(await ask('POST', `/connectors/${source}/restart?includeTasks=true`)).toMatchObject({ status: 202, body: { connector: { state: 'RESTARTING' }, tasks: [{ id: 0, state: 'RESTARTING' }] } })
  expect((await ask('POST', `/connectors/${source}/tasks/0/restart`)).status).toBe(204)
  expect((await ask('POST', `/connectors/${source}/tasks/7/restart`)).status).toBe(404)
  expect((await ask('GET', '/connectors?expand=status')).body).toHaveProperty([sink, 'status', 'connector', 'state'])
  for (const name of [source, sink]) expect((await ask('DELETE', `/connectors/${name}`)).status).toBe(204)
  expect((await ask('GET', '/connectors')).body).toEqual([])
})

test('a wrong configuration is answered with every reason, and validation shows them key by key', async () => {
  const config = { 'connector.class': 'FileStreamSource', 'tasks.max': '0', name: 'bad' }
  const created = await ask('POST', '/connectors', { name: 'bad', config })
  expect(created).toMatchObject({ status: 400, body: { error_code: 400, message: expect.stringContaining('contains the following 2 error(s)') as string } })
  const { status, body } = await ask('PUT', '/connector-plugins/FileStreamSource/config/validate', config)
  expect(status).toBe(200)
  expect(body).toMatchObject({ name: 'FileStreamSource', error_count: 2 })
  const wrong = (body as { readonly configs: readonly { readonly value: { readonly name: string; readonly errors: readonly string[] } }[] }).configs.filter(({ value }) => value.errors.length > 0)
  expect(wrong.map(({ value }) => value.name)).toEqual(['tasks.max', 'topic'])
})

test('the worker says who it is', async () => {
  expect((await ask('GET', '/')).body).toMatchObject({ version: '4.3.1', commit: 'test', kafka_cluster_id: expect.any(String) as string })
  expect(await ask('GET', '/health')).toMatchObject({ status: 200, body: { status: 'healthy' } })
})
