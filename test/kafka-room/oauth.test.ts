/** OAUTHBEARER: where tokens come from, how long they are used, and what is said when there is none. */
import { createServer, type ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { securityOf } from '../../src/kafka/security.ts'
import { KafkaError } from '../../src/kafka/types.ts'

afterEach(() => void vi.useRealTimers())

const loginModule = 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule'
/** Logs in as a connection would and gives the client's message; the broker answers `refusal`. */
const loginOf = async (properties: Readonly<Record<string, string>>, options: string): Promise<(refusal?: string) => Promise<string>> => {
  const { sasl } = await securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': `${loginModule} required ${options};`, ...properties })
  if (sasl?.mechanism !== 'oauthbearer') throw new Error('another mechanism')
  return async (refusal = '') => {
    let sent = ''
    await sasl.authenticationProvider({
      async saslAuthenticate({ request, response }) {
        const bytes = await request.encode()
        expect(bytes.readInt32BE(0)).toBe(bytes.length - 4)
        sent = bytes.subarray(4).toString()
        return response.parse(await response.decode(Buffer.from(`\0\0\0\0${refusal}`)))
      },
    }).authenticate()
    return sent
  }
}
const tokenServer = async (answer: (reply: ServerResponse, count: number) => void) => {
  const requests: string[] = []
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push(`${request.headers.authorization} ${body}`)
      answer(reply, requests.length)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  }))
  return { requests, properties: { 'sasl.oauthbearer.token.endpoint.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?hush=1` } }
}
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
const client = 'clientId="me" clientSecret="hush"'

test('client credentials give a token, which goes to the broker with its extensions and is kept while it is fresh', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const server = await tokenServer((reply, count) => reply.end(JSON.stringify({ access_token: `token${count}`, expires_in: 3600 })))
  const login = await loginOf(server.properties, `${client} scope="kafka" extension_logicalCluster="lkc-1"`)
  const first = await login()
  expect(first).toBe('n,,\u0001auth=Bearer token1\u0001logicalCluster=lkc-1\u0001\u0001')
  expect(server.requests).toEqual([`${basic('me:hush')} grant_type=client_credentials&scope=kafka`])
  vi.setSystemTime(Date.now() + 2_800_000)
  expect(await login()).toBe(first)
  // four fifths of its life
  vi.setSystemTime(Date.now() + 100_000)
  expect(await login()).toContain('Bearer token2\u0001')
})
test('a JWT tells its own end', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const jwt = (seconds: number): string => `e30.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + seconds })).toString('base64url')}.x`
  const server = await tokenServer((reply) => reply.end(JSON.stringify({ access_token: jwt(10) })))
  const login = await loginOf(server.properties, client)
  await login()
  vi.setSystemTime(Date.now() + 7_000)
  await login()
  expect(server.requests).toHaveLength(1)
  vi.setSystemTime(Date.now() + 2_000)
  await login()
  expect(server.requests).toHaveLength(2)
})
test('connections that log in together ask once', async () => {
  const server = await tokenServer((reply) => reply.end(JSON.stringify({ access_token: 't', expires_in: 3600 })))
  const login = await loginOf(server.properties, client)
  await Promise.all([login(), login(), login()])
  expect(server.requests).toHaveLength(1)
})
test('Kafka 4’s names of the credentials beat those of the login module, and the header can be encoded', async () => {
  const server = await tokenServer((reply) => reply.end(JSON.stringify({ access_token: 't' })))
  const login = await loginOf({
    ...server.properties, 'sasl.oauthbearer.client.credentials.client.id': 'i:d', 'sasl.oauthbearer.client.credentials.client.secret': 's c', 'sasl.oauthbearer.scope': 'a b',
    'sasl.oauthbearer.header.urlencode': 'true', 'sasl.login.callback.handler.class': 'org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerLoginCallbackHandler',
    'sasl.oauthbearer.jwt.retriever.class': 'org.apache.kafka.common.security.oauthbearer.ClientCredentialsJwtRetriever',
  }, client)
  await login()
  expect(server.requests).toEqual([`${basic('i%3Ad:s%20c')} grant_type=client_credentials&scope=a+b`])
})
test('a file is read for every login', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isoconnect-token-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const login = await loginOf({ 'sasl.oauthbearer.token.endpoint.url': pathToFileURL(join(folder, 'token')).href }, '')
  await expect(login()).rejects.toThrow('the file of sasl.oauthbearer.token.endpoint.url cannot be read')
  for (const token of ['one', 'two']) {
    await writeFile(join(folder, 'token'), `${token}\n`)
    expect(await login()).toContain(`Bearer ${token}\u0001`)
  }
})
test('an unsecured token has the claims that were asked for', async () => {
  const login = await loginOf({}, 'unsecuredLoginStringClaim_sub="al" unsecuredLoginNumberClaim_n="1.5" unsecuredLoginListClaim_scope="|a|b" unsecuredLoginLifetimeSeconds="60"')
  const [head = '', claims = '', signature] = (await login()).split('\u0001')[1]?.replace('auth=Bearer ', '').split('.') ?? []
  const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect([decoded(head), signature]).toEqual([{ alg: 'none' }, ''])
  const { iat, exp, ...rest } = decoded(claims) as { readonly iat: number; readonly exp: number }
  expect(rest).toEqual({ sub: 'al', n: 1.5, scope: ['a', 'b'] })
  expect(exp - iat).toBeCloseTo(60)
})

test.each([
  ['401 with a reason', 401, '{"error":"invalid_client","error_description":"hush is wrong"}', false, /answered 401 \(invalid_client\): check clientId, clientSecret and scope in sasl.jaas.config$/],
  ['400 with nonsense', 400, '{"error":"hush \\n"}', false, /answered 400: check clientId/],
  ['503', 503, 'hush', true, /answered 503$/],
  ['an answer without a token', 200, '{"hush":1}', false, /answered without an access_token$/],
])('a token endpoint that says %s: the reason, whether to try again, and nothing secret', async (_, status, text, retriable, message) => {
  const server = await tokenServer((reply) => reply.writeHead(status).end(text))
  const error: unknown = await (await loginOf(server.properties, client))().catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(KafkaError)
  expect(error).toMatchObject({ retriable, message: expect.stringMatching(message) as string })
  expect(String(error)).not.toContain('hush')
  expect(server.requests).toHaveLength(1)
})
test('an endpoint that is not there may be there later', async () => {
  const login = await loginOf({ 'sasl.oauthbearer.token.endpoint.url': 'http://127.0.0.1:1/token' }, client)
  await expect(login()).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION', retriable: true, message: expect.stringContaining('http://127.0.0.1:1/token (sasl.oauthbearer.token.endpoint.url) cannot be asked') as string })
})
test('a token that the broker refuses is a failed login, not a broken connection', async () => {
  const login = await loginOf({}, 'unsecuredLoginStringClaim_sub="al"')
  await expect(login('{"status":"invalid_token","openid-configuration":"x"}')).rejects.toMatchObject({ kafkaCode: 'SASL_AUTHENTICATION_FAILED', retriable: false, message: expect.stringContaining('does not accept the token: invalid_token') as string })
})
test.each([
  [{}, client, /OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url/],
  [{ 'sasl.oauthbearer.token.endpoint.url': 'http://h/t' }, 'clientId="me"', /clientSecret="…"/],
  [{ 'sasl.oauthbearer.token.endpoint.url': 'gopher://h' }, client, /an http, https or file URL is expected/],
  [{ 'sasl.login.callback.handler.class': 'com.example.Handler' }, client, /Invalid value com.example.Handler for configuration sasl.login.callback.handler.class: Java classes cannot be loaded here/],
  [{ 'sasl.oauthbearer.jwt.retriever.class': 'org.apache.kafka.common.security.oauthbearer.JwtBearerJwtRetriever' }, client, /jwt.retriever.class: of Kafka's own DefaultJwtRetriever/],
  [{ 'sasl.login.refresh.window.factor': 'x' }, 'unsecuredLoginStringClaim_sub="al"', /sasl.login.refresh.window.factor: a number/],
  [{}, 'unsecuredLoginNumberClaim_sub="1"', /needs its principal: unsecuredLoginStringClaim_sub/],
  [{}, 'unsecuredLoginStringClaim_sub="al" unsecuredLoginNumberClaim_exp="1"', /exp follows from unsecuredLoginLifetimeSeconds/],
  [{}, 'unsecuredLoginStringClaim_sub="al" extension_auth="x"', /extension_auth is no name of a SASL extension/],
])('%j with %s is refused when the client is made', async (properties, options, message) => {
  await expect(loginOf(properties, options)).rejects.toThrow(message)
})
