/** Secured Kafka: workers as users start them, over every kind of security, and what they say when they are refused. Nothing of it shows a secret. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openConnection } from '../../src/kafka/connection.ts'
import { logger, setLogWriter } from '../../src/log.ts'
import { examine, writeLines } from '../integration/faults/lines.ts'
import { linesOf } from '../integration/faults/bed.ts'
import { startWorker, type WorkerProcess } from '../integration/faults/processes.ts'
import { uniqueName } from '../integration/helpers/kafka.ts'
import { type TestFolder, testFolder } from '../integration/helpers/standalone.ts'
import { createAuthority } from './certificates.ts'
import { countingProxy } from './counting-proxy.ts'
import { grantFleeting, passwords, plainLogin, revokeFleeting, scramLogin, type SecuredListener, startSecuredBroker, unsecuredLogin, type User } from './secured-broker.ts'
import { type ClientFiles, clientFiles, keyPem, sasl, type Setting, settings, tls, trustPem, wrongPassword } from './secured-clients.ts'
import type { KafkaServer } from './server.ts'

const total = 500
/** Long enough for a client that tries again to be seen at it. */
const stormMs = 2_000
let dir = ''
let broker: KafkaServer
let files: ClientFiles
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'isoconnect-secured-'))
  const authority = await createAuthority(dir)
  broker = await startSecuredBroker(authority)
  files = await clientFiles(authority, await createAuthority(dir, 'other'))
}, 120_000)
afterAll(async () => {
  await broker?.close()
  await rm(dir, { recursive: true, force: true })
})

type Props = Readonly<Record<string, string>>
const withPrefixes = (properties: Props, ...prefixes: readonly string[]): Props => Object.fromEntries(prefixes.flatMap((prefix) => Object.entries(properties).map(([key, value]) => [`${prefix}${key}`, value])))
const everyClient = ['', 'producer.', 'consumer.', 'admin.']
const expectNoSecret = (text: string): void => {
  for (const secret of files.secrets) expect(text.includes(secret) ? `a secret that begins with ${secret.slice(0, 5)}` : '').toBe('')
}

const source = (folder: TestFolder, topic: string, more: Props = {}) => ({ name: 'in', 'connector.class': 'FileStreamSource', file: folder.file('in.txt'), topic, ...more })
const sink = (folder: TestFolder, topic: string, more: Props = {}) => ({ name: 'out', 'connector.class': 'FileStreamSink', file: folder.file('out.txt'), topics: topic, ...more })
const expectAllThrough = async (folder: TestFolder, worker: WorkerProcess): Promise<void> => {
  await worker.until('every line is there', () => linesOf(folder), ({ length }) => length >= total)
  expect(examine([await linesOf(folder)], total, 'input')).toMatchObject({ distinct: total, duplicates: 0, problems: [] })
  expect(await worker.stop()).toBe(0)
  expectNoSecret(worker.output)
}

describe('file to topic to file', () => {
  test.each(['TLS with a PEM trust store', 'mutual TLS with PEM files', 'mutual TLS with JKS stores', 'mutual TLS with PKCS12 stores', 'SASL PLAIN', 'SCRAM-SHA-256', 'OAUTHBEARER', 'SCRAM-SHA-512 over TLS with certificates in the settings'])(
    '%s, by the worker’s settings and their prefixes', async (name) => {
      const { listener, properties } = settings(files)[name] as Setting
      await using folder = await testFolder()
      await writeLines(folder.file('in.txt'), 0, total)
      const topic = uniqueName('secured')
      await using worker = await startWorker(folder, { bootstrap: broker.addressOf(listener), props: withPrefixes(properties, ...everyClient), connectors: [source(folder, topic), sink(folder, topic)] })
      await expectAllThrough(folder, worker)
    })

  test('by the connectors’ own overrides, the worker’s clients having no credentials', async () => {
    const { listener, properties } = settings(files)['SASL PLAIN'] as Setting
    await using folder = await testFolder()
    await writeLines(folder.file('in.txt'), 0, total)
    const topic = uniqueName('secured')
    await using worker = await startWorker(folder, {
      bootstrap: broker.addressOf(listener), props: properties,
      connectors: [source(folder, topic, withPrefixes(properties, 'producer.override.')), sink(folder, topic, withPrefixes(properties, 'consumer.override.'))],
    })
    await expectAllThrough(folder, worker)
  })
})

describe('a connection that is refused says in one line why and which setting to look at, after one attempt', () => {
  const log = logger('secured')
  const refused = 'SSL_AUTHENTICATION_FAILED'
  let said = ''
  let restore: (text: string) => void
  beforeAll(() => void (restore = setLogWriter((text) => (said += text))))
  afterAll(() => {
    setLogWriter(restore)
    expectNoSecret(said)
  })
  const trusting = (more: Props = {}): Props => tls({ ...trustPem(files), ...more })
  const noneSent = /certificate required.*the broker wants a certificate of ours: set ssl\.keystore\.location|bad certificate.*the broker wants a certificate of ours/
  test.concurrent.each<readonly [what: string, listener: SecuredListener | 'PLAINTEXT', properties: () => Props, code: string, reason: RegExp]>([
    ['an expired broker certificate', 'EXPIRED', () => trusting(), refused, /: SSL handshake failed: certificate has expired \(the broker's certificate, or its issuer's, has to be renewed\)$/],
    ['a broker certificate for another host', 'OTHERHOST', () => trusting(), refused, /127\.0\.0\.1 is not in the cert's list.*bootstrap\.servers.*ssl\.endpoint\.identification\.algorithm/],
    ['a broker certificate of an authority that is not trusted', 'TLS', () => tls({ 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': join(dir, 'other.cert.pem') }), refused, /signed by nobody we trust: see ssl\.truststore\.location/],
    ['the same, with nothing but the system’s authorities', 'TLS', () => tls({}), refused, /signed by nobody we trust: see ssl\.truststore\.location/],
    ['no client certificate where one is wanted', 'MUTUAL', () => trusting(), refused, noneSent],
    ['an expired client certificate', 'MUTUAL', () => trusting(keyPem(files, 'late')), refused, /SSL handshake failed: [a-z/ ]+ \(the broker refused our certificate, which expired on Jan {1,2}1 00:00:00 2021 GMT: renew it, see ssl\.keystore\.location/],
    ['a client certificate of an authority the broker does not know', 'MUTUAL', () => trusting(keyPem(files, 'stranger')), refused, /the broker refused our certificate: is its issuer trusted there\? See ssl\.keystore\.location/],
    ['TLS where the broker speaks none', 'PLAINTEXT', () => trusting(), 'NETWORK_EXCEPTION', /does it speak TLS at this port, see security\.protocol\?/],
    ['no TLS where the broker speaks it', 'TLS', () => ({}), 'NETWORK_EXCEPTION', /does it want TLS or SASL at this port\? See security\.protocol/],
    ['no login where the broker wants one', 'SASL', () => ({}), 'NETWORK_EXCEPTION', /does it want TLS or SASL at this port\? See security\.protocol/],
    ['a login where the broker takes none', 'PLAINTEXT', () => sasl('PLAIN', plainLogin('alice', passwords.alice)), 'SASL_AUTHENTICATION_FAILED', /\(check security\.protocol\)/],
    ['PLAIN with a wrong password', 'SASL', () => sasl('PLAIN', plainLogin('alice', wrongPassword)), 'SASL_AUTHENTICATION_FAILED', /Invalid username or password \(check sasl\.jaas\.config\)$/],
    ['PLAIN with an unknown user', 'SASL', () => sasl('PLAIN', plainLogin('mallory', wrongPassword)), 'SASL_AUTHENTICATION_FAILED', /Invalid username or password \(check sasl\.jaas\.config\)$/],
    ['SCRAM-SHA-256 with a wrong password', 'SASL', () => sasl('SCRAM-SHA-256', scramLogin('alice', wrongPassword)), 'SASL_AUTHENTICATION_FAILED', /\(check sasl\.jaas\.config\)$/],
    ['SCRAM-SHA-512 with an unknown user', 'SASL', () => sasl('SCRAM-SHA-512', scramLogin('mallory', wrongPassword)), 'SASL_AUTHENTICATION_FAILED', /\(check sasl\.jaas\.config\)$/],
    ['OAUTHBEARER with a token that has expired', 'SASL', () => sasl('OAUTHBEARER', unsecuredLogin('alice', 'unsecuredLoginLifetimeSeconds="-600"')), 'SASL_AUTHENTICATION_FAILED', /does not accept the token: invalid_token \(check sasl\.oauthbearer\.\* and the options of sasl\.jaas\.config\)$/],
    ['a mechanism that the broker does not offer', 'SASLTLS', () => ({ ...trusting(), ...sasl('PLAIN', plainLogin('alice', passwords.alice)), 'security.protocol': 'SASL_SSL' }), 'SASL_AUTHENTICATION_FAILED', /\(check sasl\.mechanism against what the broker offers\)$/],
  ])('%s', async (_what, listener, properties, code, reason) => {
    await using proxy = await countingProxy(listener === 'PLAINTEXT' ? broker.bootstrap : broker.addressOf(listener))
    const connection = await openConnection({ clientId: 'refused', log, properties: { 'bootstrap.servers': proxy.address, ...properties() } })
    const failure = await connection.clusterId().then(() => null, (error: unknown) => error)
    await connection.close()
    expect(failure).toMatchObject({ kafkaCode: code, retriable: code === 'NETWORK_EXCEPTION' })
    const { message } = failure as Error
    expect(message).toMatch(reason)
    expect(message).not.toContain('\n')
    expect(message.split(proxy.address), 'the address is named once').toHaveLength(2)
    expectNoSecret(message)
    expect(proxy.count).toBe(1)
  })

  test('one that is reset during the handshake says what that may be', async () => {
    await using proxy = await countingProxy(null)
    const connection = await openConnection({ clientId: 'reset', log, properties: { 'bootstrap.servers': proxy.address, ...trusting(keyPem(files, 'late')) } })
    await expect(connection.clusterId()).rejects.toMatchObject({ kafkaCode: 'NETWORK_EXCEPTION', retriable: true, message: expect.stringMatching(/does it take our certificate, see ssl\.keystore\.location, and does it speak TLS at this port, see security\.protocol\?/) as string })
    await connection.close()
  })
})

describe('a worker that is refused ends with exit code 2, after one attempt and with one line that says why', () => {
  const alone: Readonly<Record<string, () => readonly [Setting, RegExp]>> = {
    'a wrong password': () => [{ listener: 'SASL', properties: sasl('PLAIN', plainLogin('alice', wrongPassword)) }, /Authentication failed: Invalid username or password.*\(check sasl\.jaas\.config\)/],
    'an expired certificate of the broker': () => [{ listener: 'EXPIRED', properties: tls(trustPem(files)) }, /SSL handshake failed: certificate has expired \(the broker's certificate, or its issuer's, has to be renewed\)/],
    'an expired certificate of its own': () => [{ listener: 'MUTUAL', properties: tls({ ...trustPem(files), ...keyPem(files, 'late') }) }, /our certificate.*expired on .*2021.*ssl\.keystore\.location/],
  }
  test.each(Object.keys(alone))('%s', async (name) => {
    const [{ listener, properties }, reason] = alone[name]?.() ?? [{ listener: 'SASL', properties: {} }, /-/]
    await using folder = await testFolder()
    await using proxy = await countingProxy(broker.addressOf(listener))
    await using worker = await startWorker(folder, { bootstrap: proxy.address, props: withPrefixes(properties, ...everyClient) })
    expect(await worker.ended).toBe(2)
    expect(worker.output.split('\n').filter((line) => / (?:WARN|ERROR) /.test(line) && reason.test(line)), worker.output).toHaveLength(1)
    expect(proxy.count).toBe(1)
    expectNoSecret(worker.output)
  })
})

test('a worker whose connections are reset tries again with growing pauses, says a few times what it may be, and ends with exit code 2', async () => {
  await using folder = await testFolder()
  await using proxy = await countingProxy(null)
  await using worker = await startWorker(folder, { bootstrap: proxy.address, props: { ...tls({ ...trustPem(files), ...keyPem(files, 'late') }), 'default.api.timeout.ms': '3000' } })
  expect(await worker.ended).toBe(2)
  const lines = worker.output.split('\n').filter((line) => / WARN .*does it take our certificate, see ssl\.keystore\.location/.test(line))
  expect(lines.length, worker.output).toBeGreaterThan(0)
  expect(lines.length, worker.output).toBeLessThanOrEqual(8)
  expect(worker.output).toMatch(/Caused by: .*read ECONNRESET \(the broker ended the connection without a reason/)
  expect(proxy.count, 'attempts in 3 s').toBeLessThanOrEqual(12)
  expectNoSecret(worker.output)
})

describe('in a running worker', () => {
  let folder: TestFolder
  let worker: WorkerProcess
  beforeAll(async () => {
    folder = await testFolder()
    await writeLines(folder.file('in.txt'), 0, total)
    const { listener, properties } = settings(files)['SASL PLAIN'] as Setting
    worker = await startWorker(folder, { bootstrap: broker.addressOf(listener), props: withPrefixes(properties, ...everyClient) })
    await worker.until('REST answers', () => worker.status('none').then(() => worker.rest('GET', '/')).then(({ status }) => status, () => 0), (status) => status === 200)
  })
  afterAll(async () => {
    await worker?.kill()
    await folder?.[Symbol.asyncDispose]()
  })

  const login = (kind: string, user: User, password: string = passwords[user]): Props => ({ [`${kind}.override.sasl.jaas.config`]: plainLogin(user, password) })
  /** Creates it, waits until its task is FAILED, and looks at the trace, at what the broker sees and at all that was said. */
  const expectRefused = async (kind: 'producer' | 'consumer', config: Props, reason: RegExp): Promise<void> => {
    const name = config['name'] ?? ''
    await using proxy = await countingProxy(broker.addressOf('SASL'))
    const created = await worker.rest('POST', '/connectors', { name, config: { ...config, [`${kind}.override.bootstrap.servers`]: proxy.address } })
    expect(created.status).toBe(201)
    const trace = await worker.untilTask(name, 'FAILED')
    expect(trace).toMatch(reason)
    const before = proxy.count
    await sleep(stormMs) // the absence of attempts is what is looked at
    expect(proxy.count, 'connections after the failure').toBe(before)
    expect(before, 'connections until the failure').toBeLessThanOrEqual(2)
    expectNoSecret(trace)
    expectNoSecret(JSON.stringify((await worker.rest('GET', `/connectors/${name}/status`)).body))
    expectNoSecret(worker.output)
    await worker.rest('DELETE', `/connectors/${name}`)
  }
  const from = (name: string, topic: string, more: Props) => ({ ...source(folder, topic, more), name })
  const to = (name: string, topic: string, more: Props) => ({ ...sink(folder, topic, more), name })

  test.concurrent.each<readonly [what: string, kind: 'producer' | 'consumer', config: () => Props, reason: RegExp]>([
    ['a source with a wrong password', 'producer', () => from('password', 'there', login('producer', 'writer', wrongPassword)), /Authentication failed: Invalid username or password.*\(check sasl\.jaas\.config\)/],
    ['a sink with a wrong password', 'consumer', () => to('password-too', 'there', login('consumer', 'reader', wrongPassword)), /Authentication failed: Invalid username or password.*\(check sasl\.jaas\.config\)/],
    ['no right to write a topic', 'producer', () => from('write', 'closed', login('producer', 'writer')), /Produce to closed-0: Topic authorization failed.*no ACL for it: Write on topic closed/],
    ['no right to write anything, so no idempotent producer', 'producer', () => from('idempotent', 'there', login('producer', 'nobody')), /InitProducerId: Cluster authorization failed.*no ACL for it: Write on a topic, or IdempotentWrite on the cluster/],
    ['no right to see a topic', 'producer', () => from('see', 'unseen', login('producer', 'writer')), /topic unseen: Topic authorization failed.*no ACL for it: Describe on topic unseen/],
    ['no right to create a topic', 'producer', () => from('create', 'uncreated', {
      ...login('producer', 'writer'), ...login('admin', 'writer'), 'topic.creation.default.partitions': '1', 'topic.creation.default.replication.factor': '1',
    }), /uncreated.*[Aa]uthorization failed.*no ACL for it: Create on topic uncreated or on the cluster/],
    ['no right to read a topic', 'consumer', () => to('reader-without-topic', 'closed', login('consumer', 'reader')), /Fetching closed-0: Topic authorization failed.*no ACL for it: Read on topic closed/],
    ['no right to a group', 'consumer', () => to('reader-without-group', 'there', login('consumer', 'reader')), /group connect-reader-without-group: Group authorization failed.*no ACL for it: \w+ on group connect-reader-without-group/],
  ])('%s: FAILED, and nobody tries again', async (_what, kind, config, reason) => expectRefused(kind, config(), reason))

  test('rights that are taken away while tasks run end them with the reason; given again, a restart brings what is missing', async () => {
    const file = folder.file('fleeting.txt')
    const arrived = folder.file('fleeting-out.txt')
    const lines = async (): Promise<string[]> => (await readFile(arrived, 'utf8').catch(() => '')).split('\n').slice(0, -1)
    await writeLines(file, 0, 100)
    // who loses its rights cannot leave its group either: the group waits for its session to end
    const session = { 'consumer.override.session.timeout.ms': '6000', 'consumer.override.heartbeat.interval.ms': '500' }
    const configs = [from('fleeting-in', 'fleeting', { ...login('producer', 'fleeting'), file }), to('fleeting-out', 'fleeting', { ...login('consumer', 'fleeting'), ...session, file: arrived })]
    for (const config of configs) expect((await worker.rest('POST', '/connectors', { name: config.name, config })).status).toBe(201)
    await worker.until('the first lines are there', lines, ({ length }) => length === 100)
    await revokeFleeting(broker.bootstrap)
    await writeLines(file, 100, 200)
    expect(await worker.untilTask('fleeting-in', 'FAILED')).toMatch(/fleeting.*: Topic authorization failed.*no ACL for it: \w+ on topic fleeting/)
    expect(await worker.untilTask('fleeting-out', 'FAILED')).toMatch(/fleeting.*[Aa]uthorization failed.*no ACL for it: \w+ on (?:topic fleeting|group connect-fleeting-out)/)
    await grantFleeting(broker.bootstrap)
    for (const { name } of configs) await worker.restart(name)
    await worker.until('every line is there', lines, (all) => new Set(all).size === 200)
    expect(examine([await lines()], 200, 'input').problems).toEqual([])
    expectNoSecret(worker.output)
  })
})
