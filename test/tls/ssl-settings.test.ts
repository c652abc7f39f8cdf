/** Kafka's ssl.* settings as Node's TLS gets them: every kind of store, and one line for whatever is wrong. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConnectError } from '../../src/errors.ts'
import { openSslCipher } from '../../src/tls/cipher-suites.ts'
import { sslOptionsOf } from '../../src/tls/ssl-settings.ts'
import { certificate, key, pkcs12 } from '../rest/tls-fixture.ts'
import { encryptedKey, jksKeyStore, jksTrustStore, opensslTrustStore, pkcs12TrustStore } from './store-fixtures.ts'

let folder = ''
const files: Readonly<Record<string, string | Buffer>> = {
  'key.p12': pkcs12, 'key.jks': jksKeyStore, 'trust.jks': jksTrustStore, 'trust.p12': pkcs12TrustStore, 'trust-openssl.p12': opensslTrustStore,
  'both.pem': key + certificate, 'both-encrypted.pem': encryptedKey + certificate, 'ca.pem': `a word before\n${certificate}`, 'nothing.bin': Buffer.alloc(100),
  'jceks.bin': Buffer.from('cecececececececece', 'hex'), 'cut.jks': jksKeyStore.subarray(0, 200), 'cut.p12': pkcs12.subarray(0, 200),
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-ssl-'))
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(join(folder, name), content)))
})
afterAll(() => rm(folder, { recursive: true }))
const file = (name: string): string => join(folder, name)
const lines = (pem: string | undefined): string => (pem ?? '').replaceAll(/\s/g, '')

test('without settings: Java’s protocol versions, and the authorities Node trusts', async () => {
  expect(await sslOptionsOf({})).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' })
})

describe('key stores', () => {
  test.each([
    ['PKCS12', { 'ssl.keystore.type': 'PKCS12', 'ssl.keystore.location': 'key.p12', 'ssl.keystore.password': 'changeit' }],
    ['PKCS12 under Java’s default type', { 'ssl.keystore.location': 'key.p12', 'ssl.keystore.password': 'changeit' }],
    ['JKS with a key password of its own', { 'ssl.keystore.type': 'jks', 'ssl.keystore.location': 'key.jks', 'ssl.keystore.password': 'changeit', 'ssl.key.password': 'changeit2' }],
    ['PEM file', { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': 'both.pem' }],
    ['PEM file with an encrypted key', { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': 'both-encrypted.pem', 'ssl.key.password': 'changeit' }],
  ])('%s gives key and certificate', async (_, settings) => {
    const options = await sslOptionsOf({ ...settings, 'ssl.keystore.location': file(settings['ssl.keystore.location']) })
    expect([lines(options.key), lines(options.cert)]).toEqual([lines(key), lines(certificate)])
  })
  test('PEM texts work on one line, as properties files’ line continuations leave them', async () => {
    const oneLine = (pem: string): string => pem.trim().replaceAll('\n', ' ')
    const options = await sslOptionsOf({ 'ssl.keystore.type': 'PEM', 'ssl.keystore.key': oneLine(encryptedKey), 'ssl.key.password': 'changeit', 'ssl.keystore.certificate.chain': oneLine(certificate) })
    expect([lines(options.key), lines(options.cert)]).toEqual([lines(key), lines(certificate)])
  })
})

describe('trust stores', () => {
  test.each([
    ['JKS', 'JKS', 'trust.jks', 'changeit'],
    ['JKS whose integrity nobody asks about', 'JKS', 'trust.jks', ''],
    ['PKCS12 by keytool', 'PKCS12', 'trust.p12', 'changeit'],
    ['PKCS12 by openssl', 'PKCS12', 'trust-openssl.p12', 'changeit'],
    ['PEM', 'PEM', 'ca.pem', ''],
    ['a key store: its own certificate, as in Java', 'PKCS12', 'key.p12', 'changeit'],
  ])('%s', async (_, type, name, password) => {
    const { ca } = await sslOptionsOf({ 'ssl.truststore.type': type, 'ssl.truststore.location': file(name), 'ssl.truststore.password': password })
    expect(ca?.map(lines)).toEqual([lines(certificate)])
  })
  test('PEM text', async () => {
    expect((await sslOptionsOf({ 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': certificate + certificate })).ca).toHaveLength(2)
  })
})

describe('what is wrong is told by the setting, without its secrets', () => {
  const problemOf = async (settings: Readonly<Record<string, string>>): Promise<string> => {
    const error = await sslOptionsOf(settings).then(() => null, (reason: unknown) => reason)
    if (!(error instanceof ConnectError)) throw new Error(`no ConnectError: ${String(error)}`)
    expect(error.code).toBe('CONFIG_INVALID')
    for (const secret of ['not-this', 'MIG']) expect(error.message).not.toContain(secret)
    expect(error.message).not.toContain('\n')
    return error.message
  }
  test.each([
    ['key.p12', { 'ssl.keystore.password': 'not-this' }, 'the password is wrong, or the file was tampered with (see ssl.keystore.password)'],
    ['key.p12', {}, 'the password is wrong, or the file was tampered with (see ssl.keystore.password, which is not set)'],
    ['key.jks', { 'ssl.keystore.password': 'not-this' }, 'the password is wrong, or the file was tampered with (see ssl.keystore.password)'],
    ['key.jks', { 'ssl.keystore.password': 'changeit' }, 'the private key in the JKS store cannot be decrypted (see ssl.key.password, which is not set)'],
    ['trust.jks', { 'ssl.keystore.password': 'changeit' }, 'the store has no private key in it, only certificates'],
    ['both.pem', {}, 'the file is PEM: set ssl.keystore.type=PEM'],
    ['nothing.bin', {}, 'the file is no JKS, PKCS12 or PEM store'],
    ['jceks.bin', {}, 'JCEKS stores cannot be read here. Convert it once: `keytool -importkeystore'],
    ['cut.jks', { 'ssl.keystore.password': 'changeit' }, 'the JKS store is damaged'],
    ['cut.p12', { 'ssl.keystore.password': 'changeit' }, 'the PKCS12 store is damaged'],
    ['absent.p12', {}, 'the file cannot be read: ENOENT'],
    ['both-encrypted.pem', { 'ssl.keystore.type': 'PEM', 'ssl.key.password': 'not-this' }, 'the private key cannot be decrypted (see ssl.key.password)'],
    ['both-encrypted.pem', { 'ssl.keystore.type': 'PEM' }, 'the private key cannot be decrypted (see ssl.key.password, which is not set)'],
    ['ca.pem', { 'ssl.keystore.type': 'PEM' }, 'there is no `-----BEGIN PRIVATE KEY-----` block in it'],
  ])('key store %s with %j', async (name, settings, message) => {
    expect(await problemOf({ 'ssl.keystore.location': file(name), ...settings })).toContain(`Invalid value ${file(name)} for configuration ssl.keystore.location: ${message}`)
  })
  test.each([
    [{ 'ssl.keystore.type': 'BCFKS', 'ssl.keystore.location': '/x' }, 'Invalid value BCFKS for configuration ssl.keystore.type: JKS, PKCS12 and PEM can be read here. Convert the store once: `keytool'],
    [{ 'ssl.keystore.key': key }, 'Invalid value null for configuration ssl.keystore.certificate.chain'],
    [{ 'ssl.keystore.certificate.chain': certificate }, 'Invalid value null for configuration ssl.keystore.key'],
    [{ 'ssl.keystore.key': key, 'ssl.keystore.certificate.chain': 'not-this' }, 'Invalid value [hidden] for configuration ssl.keystore.certificate.chain: there is no'],
    [{ 'ssl.truststore.certificates': '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' }, 'Invalid value [hidden] for configuration ssl.truststore.certificates: a certificate cannot be read'],
    [{ 'ssl.enabled.protocols': 'TLSv1.2,SSLv2Hello' }, 'Invalid value SSLv2Hello for configuration ssl.enabled.protocols: must be among'],
    [{ 'ssl.cipher.suites': 'TLS_NOPE' }, 'Invalid value TLS_NOPE for configuration ssl.cipher.suites'],
  ])('%j', async (settings, message) => {
    expect(await problemOf(settings)).toContain(message)
  })
  test('damaged stores are refused, never a crash or another kind of error', async () => {
    await fc.assert(fc.asyncProperty(fc.constantFrom(jksKeyStore, jksTrustStore, pkcs12, pkcs12TrustStore), fc.nat(), fc.integer({ min: 1, max: 255 }), async (store, at, change) => {
      const bytes = Buffer.from(store)
      const index = at % bytes.length
      bytes.writeUInt8(bytes.readUInt8(index) ^ change, index)
      await writeFile(file('damaged'), bytes)
      const error: unknown = await sslOptionsOf({ 'ssl.truststore.location': file('damaged'), 'ssl.truststore.password': 'changeit' }).then(() => null, (reason: unknown) => reason)
      expect(error === null || error instanceof ConnectError, String(error)).toBe(true)
    }), { seed: 4711, numRuns: 300 })
  })
})

test.each([
  ['TLS_AES_256_GCM_SHA384', 'TLS_AES_256_GCM_SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', 'ECDHE-ECDSA-AES256-SHA384'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_RSA_WITH_AES_128_CBC_SHA', 'AES128-SHA'],
  ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
])('cipher suite %s is OpenSSL’s %s', async (java, openssl) => {
  expect(openSslCipher(java)).toBe(openssl)
  await expect(sslOptionsOf({ 'ssl.cipher.suites': java })).resolves.toMatchObject({ ciphers: openssl })
})
