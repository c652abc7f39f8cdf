/** What a client says of handshakes that fail, against servers of Node's own; `test/kafka/secured.test.ts` does the same with Kafka. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openConnection } from '../../src/kafka/connection.ts'
import { logger, setLogWriter } from '../../src/log.ts'
import { certificate, key } from '../rest/tls-fixture.ts'

let said = ''
let restore: (text: string) => void
beforeEach(() => {
  said = ''
  restore = setLogWriter((text) => (said += text))
})
afterEach(() => void setLogWriter(restore))

const trusting = { 'security.protocol': 'SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': certificate }
const own = { ...trusting, 'ssl.keystore.type': 'PEM', 'ssl.keystore.key': key, 'ssl.keystore.certificate.chain': certificate }
const mutual = (): Server => createTlsServer({ key, cert: certificate, requestCert: true, rejectUnauthorized: true }).on('tlsClientError', () => undefined)

test.each<readonly [what: string, server: () => Server, properties: Readonly<Record<string, string>>, code: string, reason: RegExp]>([
  ['a certificate nobody vouches for', () => createTlsServer({ key, cert: certificate }), { 'security.protocol': 'SSL' }, 'SSL_AUTHENTICATION_FAILED', /self-signed certificate \(the broker's certificate is signed by nobody we trust: see ssl\.truststore\.location/],
  ['a server that wants a certificate of ours', mutual, trusting, 'SSL_AUTHENTICATION_FAILED', /the broker wants a certificate of ours: set ssl\.keystore\.location/],
  ['a server that hangs up when it sees our certificate', mutual, own, 'NETWORK_EXCEPTION', /does it take our certificate, see ssl\.keystore\.location/],
  ['a server of old protocols only', () => createTlsServer({ key, cert: certificate, maxVersion: 'TLSv1.2' }), { ...trusting, 'ssl.enabled.protocols': 'TLSv1.3' }, 'SSL_AUTHENTICATION_FAILED', /no protocol or cipher suite in common: see ssl\.enabled\.protocols and ssl\.cipher\.suites/],
  ['a server that speaks something else', () => createServer((socket) => void socket.on('error', () => undefined).resume().write('SSH-2.0-OpenSSH\r\n')), trusting, 'SSL_AUTHENTICATION_FAILED', /the broker speaks no TLS at this port: see security\.protocol and bootstrap\.servers/],
  ['a server that resets', () => createServer((socket) => void socket.once('data', () => socket.resetAndDestroy())), own, 'NETWORK_EXCEPTION', /does it take our certificate, see ssl\.keystore\.location, and does it speak TLS at this port, see security\.protocol\?\)$/],
  ['a server that hangs up on a client without TLS', () => createServer((socket) => void socket.once('data', () => socket.end())), {}, 'NETWORK_EXCEPTION', /does it want TLS or SASL at this port\? See security\.protocol\)$/],
])('%s: one line, with the setting to look at', async (_what, makeServer, properties, code, reason) => {
  const server = makeServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`
  const connection = await openConnection({ clientId: 'c', log: logger('handshakes'), properties: { 'bootstrap.servers': address, ...properties } })
  const failure = await connection.clusterId().then(() => null, (error: unknown) => error)
  await connection.close()
  await new Promise((resolve) => server.close(resolve))
  expect(failure).toMatchObject({ kafkaCode: code, retriable: code === 'NETWORK_EXCEPTION' })
  const { message } = failure as Error
  expect(message).toMatch(reason)
  expect(message.startsWith(`${address}: `)).toBe(true)
  expect(message).not.toContain('\n')
  expect(said.match(/^.* (?:WARN|ERROR) .*$/gm), said).toHaveLength(1)
  expect(said).not.toContain(key.split('\n')[1])
})
