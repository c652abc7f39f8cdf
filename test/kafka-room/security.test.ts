/** Kafka's security settings as the sockets get them. */
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parseJaasConfig, securityOf } from '../../src/kafka/security.ts'

const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="al ice" password="p;\\"q\\\\\'";'

test('PLAINTEXT, the default, needs nothing', async () => {
  expect(await securityOf({})).toEqual({ tls: null, sasl: null })
})
test('an unknown protocol is refused with the choices', async () => {
  await expect(securityOf({ 'security.protocol': 'TLS' })).rejects.toThrow('Invalid value TLS for configuration security.protocol: String must be one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL')
})
test('user name and password come out of sasl.jaas.config as they were quoted', async () => {
  expect(await securityOf({ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': plain }))
    .toEqual({ tls: null, sasl: { mechanism: 'plain', username: 'al ice', password: 'p;"q\\\'' } })
})
test.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'])('%s takes the same options', async (mechanism) => {
  const { sasl } = await securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': mechanism, 'sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule  required\n username=u password=\'pw\' ;' })
  expect(sasl).toEqual({ mechanism: mechanism.toLowerCase(), username: 'u', password: 'pw' })
})
test.each([
  ['nonsense', /expected `LoginModule required/],
  ['a.B required username="u"', /ended by a semicolon/],
  ['a.B required username="u" ; a.C required;', /one login module/],
])('sasl.jaas.config %s is refused without being repeated', (text, message) => {
  expect(() => parseJaasConfig(text)).toThrow(message)
  expect(() => parseJaasConfig(text)).not.toThrow('username')
})
test('a mechanism that is not there is refused with those that are', async () => {
  await expect(securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.jaas.config': plain })).rejects.toThrow(/GSSAPI.*PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER/)
})
test('missing credentials name what is missing', async () => {
  await expect(securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' })).rejects.toThrow(/set sasl.jaas.config/)
  await expect(securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'a.B required username="u";' })).rejects.toThrow(/needs username="…" and password="…"/)
})

test('PEM files and PEM texts reach the socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'isoconnect-pem-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'ca.pem'), 'CA')
  await writeFile(join(folder, 'both.pem'), 'KEY CHAIN')
  const { tls } = await securityOf({
    'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': join(folder, 'ca.pem'),
    'ssl.keystore.type': 'PEM', 'ssl.keystore.location': join(folder, 'both.pem'), 'ssl.key.password': 'pw', 'ssl.enabled.protocols': 'TLSv1.3',
  })
  expect(tls).toEqual({ ca: 'CA', key: 'KEY CHAIN', cert: 'KEY CHAIN', passphrase: 'pw', minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' })
  const texts = await securityOf({ 'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': 'CA', 'ssl.keystore.type': 'PEM', 'ssl.keystore.key': 'K', 'ssl.keystore.certificate.chain': 'C' })
  expect(texts.tls).toMatchObject({ ca: 'CA', key: 'K', cert: 'C', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' })
})
test('an empty ssl.endpoint.identification.algorithm switches host names off, and only those', async () => {
  const { tls } = await securityOf({ 'security.protocol': 'SSL', 'ssl.endpoint.identification.algorithm': '' })
  expect(tls?.checkServerIdentity?.('a', {} as never)).toBeUndefined()
  expect(tls?.rejectUnauthorized).toBeUndefined()
  expect((await securityOf({ 'security.protocol': 'SSL' })).tls?.checkServerIdentity).toBeUndefined()
})
test.each(['keystore', 'truststore'])('a Java %s is refused with the commands that convert it', async (store) => {
  await expect(securityOf({ 'security.protocol': 'SSL', [`ssl.${store}.location`]: '/etc/store.jks' })).rejects.toThrow(new RegExp(`ssl.${store}.type: only PEM is supported here.*keytool.*/etc/store.jks`))
  await expect(securityOf({ 'security.protocol': 'SSL', [`ssl.${store}.type`]: 'PKCS12', [`ssl.${store}.location`]: '/etc/store.p12' })).rejects.toThrow(/PKCS12/)
})
test('a PEM file that cannot be read is named', async () => {
  await expect(securityOf({ 'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': '/nowhere/ca.pem' })).rejects.toThrow(/\/nowhere\/ca.pem for configuration ssl.truststore.location: the file cannot be read/)
})

test('OAUTHBEARER fetches a token by client credentials and keeps it while it lives', async () => {
  const requests: string[] = []
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      requests.push(`${request.headers.authorization} ${body}`)
      reply.end(JSON.stringify({ access_token: `token${requests.length}`, expires_in: 3600 }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise((resolve) => {
    server.closeAllConnections()
    server.close(() => resolve())
  }))
  const { sasl } = await securityOf({
    'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER', 'sasl.oauthbearer.token.endpoint.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    'sasl.jaas.config': 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required clientId="me" clientSecret="hush" scope="kafka";',
  })
  if (sasl?.mechanism !== 'oauthbearer') throw new Error('another mechanism')
  expect([(await sasl.oauthBearerProvider()).value, (await sasl.oauthBearerProvider()).value]).toEqual(['token1', 'token1'])
  expect(requests).toEqual([`Basic ${Buffer.from('me:hush').toString('base64')} grant_type=client_credentials&scope=kafka`])
})
