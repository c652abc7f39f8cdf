import { describe, expect, test } from 'vitest'
import { parseWorkerConfig } from '../../src/config/worker-config.ts'
import { createRestServer } from '../../src/rest/server.ts'
import { logLines } from '../log-lines.ts'
import { createFakeHerder } from './fake-herder.ts'
import { clientOf, fakeShelf, startRest, workerProps } from './support.ts'

const lines = logLines()

describe('listeners', () => {
  test('one that names no host is for this machine alone', async () => {
    await using rest = await startRest({ listeners: 'http://:0' })
    expect(rest.urls[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(rest.advertisedUrl).toBe(`${rest.urls[0]}/`)
    expect(lines.join('')).not.toContain('WARN')
  })
  test('opening one to the network without authentication is warned about', async () => {
    await using rest = await startRest({ listeners: 'http://0.0.0.0:0', 'rest.advertised.host.name': 'me', 'rest.advertised.port': '99' })
    expect(lines.join('')).toMatch(/WARN The REST API is open to the network at http:\/\/0\.0\.0\.0:\d+ without authentication/)
    expect(rest.advertisedUrl).toBe('http://me:99/')
  })
  test('a port that is taken is an error that names the listener, and nothing stays bound', async () => {
    await using rest = await startRest()
    const taken = rest.urls[0]?.replace('http://', '') ?? ''
    await expect(startRest({ listeners: `http://127.0.0.1:0,http://${taken}` })).rejects.toThrow(`Unable to listen on http://${taken}`)
  })
  test('bound but without resources, every path answers 404', async () => {
    const server = createRestServer({ config: parseWorkerConfig(workerProps, 'standalone') })
    const { urls } = await server.listen()
    const call = clientOf(urls[0] ?? '')
    expect((await call('GET', '/health')).status).toBe(404)
    const herder = createFakeHerder()
    await server.registerResources({ herder, shelf: fakeShelf })
    expect((await call('GET', '/health')).status).toBe(200)
    await server.close()
    await server.close()
    await expect(call('GET', '/')).rejects.toThrow('ECONNREFUSED')
  })
  test('close lets a request under way finish', async () => {
    const rest = await startRest()
    const gate = Promise.withResolvers<readonly string[]>()
    const asked = Promise.withResolvers<void>()
    rest.herder.answers.set('connectors', () => (asked.resolve(), gate.promise))
    const answer = rest.call('GET', '/connectors')
    await asked.promise
    const closing = rest.close()
    gate.resolve(['late'])
    expect((await answer).json).toEqual(['late'])
    await closing
  })
  test('REST extensions are refused in Kafka’s words', async () => {
    await expect(startRest({ 'rest.extension.classes': 'com.example.Auth' })).rejects.toThrow(
      'Failed to find any class that implements interface org.apache.kafka.connect.rest.ConnectRestExtension and which name matches com.example.Auth')
  })
})

describe('admin.listeners', () => {
  test('empty: loggers are served nowhere', async () => {
    await using rest = await startRest({ 'admin.listeners': '' })
    expect((await rest.call('GET', '/admin/loggers')).status).toBe(404)
  })
  test('of its own: loggers there and nothing else', async () => {
    await using rest = await startRest({ 'admin.listeners': 'http://127.0.0.1:0' })
    const url = rest.urls[1] ?? ''
    expect([(await rest.call('GET', '/admin/loggers')).status, (await rest.call('GET', '/admin/loggers', { url })).status, (await rest.call('GET', '/connectors', { url })).status]).toEqual([404, 200, 404])
  })
})

describe('headers', () => {
  test('cross-origin requests: an allowed origin, a preflight, a stranger', async () => {
    await using rest = await startRest({ 'access.control.allow.origin': 'http://ok\\.example(:\\d+)?,http://b', 'access.control.allow.methods': 'GET,PUT' })
    const allowed = await rest.call('GET', '/connectors', { headers: { origin: 'http://ok.example:80' } })
    expect([allowed.headers['access-control-allow-origin'], allowed.headers.vary]).toEqual(['http://ok.example:80', 'Origin'])
    const preflight = await rest.call('OPTIONS', '/connectors', { headers: { origin: 'http://b', 'access-control-request-method': 'PUT' } })
    expect([preflight.status, preflight.headers['access-control-allow-methods'], preflight.headers['access-control-allow-headers'], preflight.headers['access-control-max-age'], preflight.text])
      .toEqual([200, 'GET,PUT', 'Content-Type', '60', 'GET, POST, HEAD, OPTIONS'])
    const stranger = await rest.call('GET', '/connectors', { headers: { origin: 'http://evil.example' } })
    expect([stranger.status, stranger.headers['access-control-allow-origin']]).toEqual([200, undefined])
  })
  test('without configuration there is no cross-origin header', async () => {
    await using rest = await startRest()
    const { headers } = await rest.call('GET', '/connectors', { headers: { origin: 'http://x' } })
    expect([headers.vary, headers['access-control-allow-origin']]).toEqual([undefined, undefined])
  })
  test('response.http.headers.config sets and adds, errors included', async () => {
    await using rest = await startRest({ 'response.http.headers.config': 'set X-Frame-Options:DENY, "add Cache-Control:no-cache, no-store", setDate Expires:0' })
    for (const path of ['/connectors', '/nope']) {
      const { headers } = await rest.call('GET', path)
      expect([headers['x-frame-options'], headers['cache-control']]).toEqual(['DENY', 'no-cache, no-store'])
      expect(Date.parse(headers.expires ?? '')).not.toBeNaN()
    }
  })
})

test('topic tracking that is off is 403', async () => {
  await using off = await startRest({ 'topic.tracking.enable': 'false' })
  expect((await off.call('GET', '/connectors/a/topics')).json).toEqual({ error_code: 403, message: 'Topic tracking is disabled.' })
  await using noReset = await startRest({ 'topic.tracking.allow.reset': 'false' })
  expect((await noReset.call('PUT', '/connectors/a/topics/reset')).json).toEqual({ error_code: 403, message: 'Topic tracking reset is disabled.' })
  expect((await noReset.call('GET', '/connectors/a/topics')).status).toBe(200)
})
