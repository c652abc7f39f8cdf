/** A REST server on a free port over the fake herder, and a client that shows every byte that matters. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { ConnectError } from '../../src/errors.ts'
import type { Plugin, Shelf } from '../../src/plugins/types.ts'
import { createRestServer, type RestServerOptions } from '../../src/rest/server.ts'
import { createFakeHerder, type FakeHerder } from './fake-herder.ts'

const plugin = (className: string, type: Plugin['type'], version: string): Plugin => ({
  className, type, version, exportName: 'X', bundle: 'b', location: `/plugins/${className}`, digest: 'd1', bundleFile: '/x.js',
  permissions: { fs: [{ path: '${config:file}', access: 'read', reason: 'reads it' }], net: [], stdio: false }, limits: { memoryMb: 64 },
})
const plugins = [plugin('com.example.BSource', 'source', '1.0.0'), plugin('com.example.ASource', 'source', '1.0.0'), plugin('com.example.ASource', 'source', '1.1.0'), plugin('com.example.Sink', 'sink', '2.0.0'), plugin('com.example.Smt', 'transformation', '1.0.0')]
export const fakeShelf: Shelf = {
  list: (type) => plugins.filter((one) => type === undefined || one.type === type),
  quarantined: () => [{ location: '/plugins/bad', bundle: 'bad', version: null, code: 'PLUGIN_MANIFEST', reason: 'no main', since: '2026-01-01T00:00:00Z' }],
  find: (name) => plugins.findLast(({ className }) => className === name || className.endsWith(`.${name}`)) ?? (() => { throw new ConnectError('PLUGIN_UNKNOWN', `no ${name}`) })(),
  versions: () => [], aliases: () => [],
  ref: ({ bundleFile, className, exportName, version }) => ({ bundleFile, className, exportName, version }),
  grants: () => ({ fs: [], net: [], stdio: false }),
  description: () => Promise.resolve(null), remember: () => Promise.resolve(), condemn: () => {}, onChange: () => () => {}, close: () => Promise.resolve(),
}

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly text: string; readonly json: unknown }
export type Client = (method: string, path: string, options?: { readonly body?: string | Buffer; readonly headers?: Readonly<Record<string, string>>; readonly url?: string }) => Promise<Answer>
export type Running = { readonly herder: FakeHerder; readonly call: Client; readonly urls: readonly string[]; readonly advertisedUrl: string; close(): Promise<void>; [Symbol.asyncDispose](): Promise<void> }

export const workerProps = { 'bootstrap.servers': 'x:1', 'key.converter': 'K', 'value.converter': 'V', 'offset.storage.file.filename': '/tmp/o', listeners: 'http://127.0.0.1:0' }

export const clientOf = (base: string): Client => (method, path, { body, headers = {}, url = base } = {}) => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const { hostname, port } = new URL(url)
  const json = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
  // `path` goes out as it is: a URL object would normalise what these tests want to see.
  const request = httpRequest({ method, path, hostname, port, headers: { ...json, ...headers }, agent: false }, (response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined })
    })
    response.on('error', reject)
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

export const startRest = async (props: Readonly<Record<string, string>> = {}, options: Omit<RestServerOptions, 'config'> = {}): Promise<Running> => {
  const herder = createFakeHerder()
  const server = createRestServer({ ...options, config: parseWorkerConfig({ ...workerProps, ...props }, 'standalone') })
  const { urls, advertisedUrl } = await server.listen()
  await server.registerResources({ herder, shelf: fakeShelf })
  return { herder, urls, advertisedUrl, call: clientOf(urls[0] ?? ''), close: () => server.close(), [Symbol.asyncDispose]: () => server.close() }
}
