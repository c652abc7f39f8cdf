import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tlsOptions } from '../../src/rest/tls.ts'
import { jksKeyStore, pkcs12TrustStore } from '../tls/store-fixtures.ts'
import { logLines } from '../log-lines.ts'
import { startRest } from './support.ts'
import { certificate, key, pkcs12 } from './tls-fixture.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-tls-'))
  await Promise.all([writeFile(join(folder, 'store.pem'), key + certificate), writeFile(join(folder, 'store.p12'), pkcs12), writeFile(join(folder, 'store.jks'), jksKeyStore), writeFile(join(folder, 'trust.p12'), pkcs12TrustStore)])
})
afterAll(() => rm(folder, { recursive: true }))
const lines = logLines()

const get = (url: string, options: { readonly key?: string; readonly cert?: string } = {}): Promise<string> => {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  request(`${url}/connectors`, { ca: certificate, agent: false, ...options }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text)).on('error', reject)
  }).on('error', reject).end()
  return promise
}
const file = (name: string): string => join(folder, name)

test.each([
  ['PEM file', () => ({ 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': file('store.pem') })],
  ['PKCS12', () => ({ 'ssl.keystore.type': 'PKCS12', 'ssl.keystore.location': file('store.p12'), 'ssl.keystore.password': 'changeit' })],
  ['JKS', () => ({ 'ssl.keystore.location': file('store.jks'), 'ssl.keystore.password': 'changeit', 'ssl.key.password': 'changeit2' })],
  ['PEM text under listeners.https.', () => ({ 'listeners.https.ssl.keystore.key': key, 'listeners.https.ssl.keystore.certificate.chain': certificate, 'ssl.keystore.type': 'JKS' })],
])('an https listener with a key from %s', async (_, settings) => {
  await using rest = await startRest({ listeners: 'https://127.0.0.1:0', ...settings() })
  expect(rest.advertisedUrl).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/$/)
  expect(await get(rest.urls[0] ?? '')).toBe('[]')
})
test('ssl.client.auth=required turns away clients without a certificate', async () => {
  await using rest = await startRest({
    listeners: 'https://127.0.0.1:0', 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': file('store.pem'), 'ssl.truststore.location': file('trust.p12'), 'ssl.truststore.password': 'changeit', 'ssl.client.auth': 'required',
  })
  await expect(get(rest.urls[0] ?? '')).rejects.toThrow()
  expect(await get(rest.urls[0] ?? '', { key, cert: certificate })).toBe('[]')
})
test('what cannot be read is an error that says what to do', async () => {
  await expect(tlsOptions({ 'ssl.keystore.location': '/x.jks' })).rejects.toThrow('/x.jks for configuration ssl.keystore.location: the file cannot be read')
  await expect(tlsOptions({ 'ssl.keystore.location': '/none', 'ssl.keystore.type': 'PEM' })).rejects.toThrow('/none for configuration ssl.keystore.location: the file cannot be read')
  await expect(tlsOptions({})).rejects.toThrow('An https listener needs ssl.keystore.location')
})

const warnings = (): readonly string[] => lines.filter((line) => line.includes('open to the network'))
const store = (prefix = ''): Record<string, string> => ({ [`${prefix}listeners.https.ssl.keystore.location`]: file('store.pem'), [`${prefix}listeners.https.ssl.keystore.type`]: 'PEM' })
const trust = (prefix = ''): Record<string, string> => ({ [`${prefix}listeners.https.ssl.truststore.location`]: file('store.pem'), [`${prefix}listeners.https.ssl.truststore.type`]: 'PEM' })
test('https alone is no authentication: opened to the network it is warned about', async () => {
  await using _rest = await startRest({ listeners: 'https://0.0.0.0:0', 'rest.advertised.host.name': 'me', ...store() })
  expect(warnings()).toEqual([expect.stringMatching(/WARN The REST API is open to the network at https:\/\/0\.0\.0\.0:\d+ without authentication/)])
})
test('https that asks for client certificates is authentication; those that are merely requested are none', async () => {
  {
    await using _rest = await startRest({ listeners: 'https://0.0.0.0:0', 'rest.advertised.host.name': 'me', 'listeners.https.ssl.client.auth': 'required', ...store(), ...trust() })
    expect(warnings()).toEqual([])
  }
  await using _rest = await startRest({ listeners: 'https://0.0.0.0:0', 'rest.advertised.host.name': 'me', 'listeners.https.ssl.client.auth': 'requested', ...store(), ...trust() })
  expect(warnings()).toHaveLength(1)
})
test('an admin listener is looked at by its own settings', async () => {
  const main = { listeners: 'https://127.0.0.1:0', 'listeners.https.ssl.client.auth': 'required', ...store(), ...trust() }
  {
    await using _rest = await startRest({ ...main, 'admin.listeners': 'https://0.0.0.0:0', ...store('admin.') })
    expect(warnings()).toHaveLength(1)
  }
  lines.length = 0
  await using _rest = await startRest({ ...main, 'admin.listeners': 'https://0.0.0.0:0', 'admin.listeners.https.ssl.client.auth': 'required', ...store('admin.'), ...trust('admin.') })
  expect(warnings()).toEqual([])
})
