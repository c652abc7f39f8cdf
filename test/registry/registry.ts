/** A schema registry to try things with: Confluent's paths, error codes, compatibility rules and references, over HTTP or TLS. */
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { problems, RegistryProblem } from './errors.ts'
import { routes } from './routes.ts'
import { Store } from './store.ts'

export type RegistryOptions = {
  readonly port?: number
  /** `user:password`; neither this nor a token: anybody may. */
  readonly userInfo?: string
  readonly token?: string
  /** `ca`: only those may who show a certificate of it. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string }
}
export type TestRegistry = AsyncDisposable & {
  readonly url: string
  readonly store: Store
  /** Method and path of each request, in order. */
  readonly requests: string[]
  /** Set: answered to every request in place of the answer; a status alone with the code of a failed backend. */
  failWith: number | { readonly status: number; readonly code: number } | null
}

export const startRegistry = async ({ port = 0, userInfo, token, tls }: RegistryOptions = {}): Promise<TestRegistry> => {
  const store = new Store()
  const wanted = userInfo !== undefined ? `Basic ${Buffer.from(userInfo).toString('base64')}` : token === undefined ? null : `Bearer ${token}`
  const state = { requests: [] as string[], failWith: null as TestRegistry['failWith'] }
  const listener: RequestListener = (request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' }).end(JSON.stringify(body))
    }
    state.requests.push(`${request.method} ${request.url}`)
    void bodyOf(request).then((body) => {
      const { failWith } = state
      if (failWith !== null) throw typeof failWith === 'number' ? new RegistryProblem(failWith, 50001, 'Error in the backend data store') : new RegistryProblem(failWith.status, failWith.code, 'refused')
      if (wanted !== null && request.headers.authorization !== wanted) throw problems.unauthorized()
      const url = new URL(request.url ?? '/', 'http://registry')
      for (const route of routes) {
        const match = route.method === request.method ? route.path.exec(url.pathname) : null
        if (match) return answer(200, route.answer(store, { params: match.slice(1).map(decodeURIComponent), query: url.searchParams, body }))
      }
      throw problems.notFound()
    }).catch((error: unknown) => {
      const problem = error instanceof RegistryProblem ? error : new RegistryProblem(500, 50001, String(error))
      answer(problem.status, { error_code: problem.code, message: problem.message })
    })
  }
  const server = tls === undefined ? createHttpServer(listener) : createTlsServer({ ...tls, requestCert: tls.ca !== undefined }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(state, {
    url,
    store,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  })
}

const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  if (chunks.length === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Readonly<Record<string, unknown>>
  } catch {
    throw new RegistryProblem(400, 400, 'Unrecognized JSON')
  }
}
