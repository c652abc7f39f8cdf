/** Kafka's security settings as the sockets get them. */
import { expect, test } from 'vitest'
import { parseJaasConfig } from '../../src/kafka/jaas.ts'
import { securityOf } from '../../src/kafka/security.ts'
import { certificate, key } from '../rest/tls-fixture.ts'

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
  ['a.B required username="u;', /ended by a semicolon/],
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

test('key and trusted certificates reach the socket', async () => {
  const { tls } = await securityOf({
    'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': certificate, 'ssl.keystore.type': 'PEM', 'ssl.keystore.key': key, 'ssl.keystore.certificate.chain': certificate,
    'ssl.enabled.protocols': 'TLSv1.3', 'ssl.cipher.suites': 'TLS_AES_256_GCM_SHA384',
  })
  expect(tls).toEqual({ ca: [certificate], key, cert: certificate, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' })
})
test('an empty ssl.endpoint.identification.algorithm switches host names off, and only those', async () => {
  const { tls } = await securityOf({ 'security.protocol': 'SSL', 'ssl.endpoint.identification.algorithm': '' })
  expect(tls?.checkServerIdentity?.('a', {} as never)).toBeUndefined()
  expect(tls).not.toHaveProperty('rejectUnauthorized')
  expect((await securityOf({ 'security.protocol': 'SSL' })).tls?.checkServerIdentity).toBeUndefined()
})
test('delegation tokens are refused by name', async () => {
  await expect(securityOf({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': 'a.B required username="u" password="p" tokenauth="true";' })).rejects.toThrow(/delegation tokens \(tokenauth\) are not supported/)
})
