/** One real broker with every kind of security Kafka has, its users and their rights. PLAINTEXT is the administrator's. */
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, type Admin, Kafka, logLevel, ResourcePatternTypes } from 'kafkajs'
import { type Authority, keytoolKeyStore, keytoolTrustStore, storePassword } from './certificates.ts'
import { type KafkaServer, startKafka } from './server.ts'

/** Passwords by users: every one is a text that must never be seen again. */
export const passwords = { alice: 'alice-hush-7', reader: 'reader-hush-7', writer: 'writer-hush-7', nobody: 'nobody-hush-7', fleeting: 'fleeting-hush-7' } as const
export type User = keyof typeof passwords

const module = (name: string, ...options: readonly string[]): string => `org.apache.kafka.common.security.${name} required${options.map((option) => ` ${option}`).join('')};`
export const plainLogin = (user: string, password: string): string => module('plain.PlainLoginModule', `username="${user}"`, `password="${password}"`)
export const scramLogin = (user: string, password: string): string => module('scram.ScramLoginModule', `username="${user}"`, `password="${password}"`)
export const unsecuredLogin = (user: string, ...more: readonly string[]): string => module('oauthbearer.OAuthBearerLoginModule', `unsecuredLoginStringClaim_sub="${user}"`, ...more)

/** Listeners by what is special about them. */
const listeners = { TLS: 'SSL', MUTUAL: 'SSL', EXPIRED: 'SSL', OTHERHOST: 'SSL', SASL: 'SASL_PLAINTEXT', SASLTLS: 'SASL_SSL' } as const
export type SecuredListener = keyof typeof listeners

/** A client of MUTUAL is known by its certificate's subject: `CN=alice` is a user as any other. */
export const startSecuredBroker = async (authority: Authority): Promise<KafkaServer> => {
  await authority.issue('broker')
  await authority.issue('broker-expired', { expired: true })
  await authority.issue('broker-elsewhere', { altName: 'DNS:kafka.elsewhere.example' })
  const [own, expired, elsewhere, trusted] = await Promise.all([
    keytoolKeyStore(authority, 'broker', 'PKCS12'), keytoolKeyStore(authority, 'broker-expired', 'PKCS12'), keytoolKeyStore(authority, 'broker-elsewhere', 'PKCS12'), keytoolTrustStore(authority, 'PKCS12'),
  ])
  const keyStoreOf = { TLS: own, MUTUAL: own, EXPIRED: expired, OTHERHOST: elsewhere, SASLTLS: own }
  const stores = Object.entries(keyStoreOf).flatMap(([name, location]) =>
    Object.entries({ 'keystore.location': location, 'keystore.type': 'PKCS12', 'keystore.password': storePassword, 'key.password': storePassword, 'truststore.location': trusted, 'truststore.type': 'PKCS12', 'truststore.password': storePassword })
      .map(([key, value]) => [`listener.name.${name.toLowerCase()}.ssl.${key}`, value] as const))
  const logins = Object.entries({ sasl: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER', sasltls: 'SCRAM-SHA-512' }).flatMap(([name, mechanisms]) => [
    [`listener.name.${name}.sasl.enabled.mechanisms`, mechanisms],
    [`listener.name.${name}.plain.sasl.jaas.config`, module('plain.PlainLoginModule', ...Object.entries(passwords).map(([user, password]) => `user_${user}="${password}"`))],
    [`listener.name.${name}.scram-sha-256.sasl.jaas.config`, module('scram.ScramLoginModule')],
    [`listener.name.${name}.scram-sha-512.sasl.jaas.config`, module('scram.ScramLoginModule')],
    [`listener.name.${name}.oauthbearer.sasl.jaas.config`, module('oauthbearer.OAuthBearerLoginModule')],
  ] as const)
  const broker = await startKafka({
    listeners,
    scramUsers: passwords,
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS',
      'listener.name.mutual.ssl.client.auth': 'required',
      ...Object.fromEntries([...stores, ...logins]),
    },
  })
  try {
    await withAdmin(broker.bootstrap, async (admin) => {
      await admin.createTopics({ topics: ['there', 'closed', 'fleeting'].map((topic) => ({ topic, numPartitions: 1, replicationFactor: 1 })), waitForLeaders: true })
      await grant(admin, rights)
    })
    await grantFleeting(broker.bootstrap)
  } catch (error) {
    await broker.close()
    throw error
  }
  return broker
}

type Right = readonly [user: string, resource: AclResourceTypes, name: string, operation: AclOperationTypes]
const { TOPIC, GROUP } = AclResourceTypes
const { READ, WRITE, CREATE, DESCRIBE } = AclOperationTypes
/** `*`: everything of that kind. Topics and groups are literal otherwise. */
const rights: readonly Right[] = [
  ...['alice', 'CN=alice'].flatMap((user): Right[] => [[user, TOPIC, '*', READ], [user, TOPIC, '*', WRITE], [user, TOPIC, '*', CREATE], [user, GROUP, '*', READ]]),
  // may read one topic in one group, and see another
  ['reader', TOPIC, 'there', READ], ['reader', GROUP, 'connect-reader-without-topic', READ], ['reader', TOPIC, 'closed', DESCRIBE],
  // may write one topic, and see another
  ['writer', TOPIC, 'there', WRITE], ['writer', TOPIC, 'closed', DESCRIBE], ['writer', TOPIC, 'uncreated', DESCRIBE],
  // has no right to write at all, but sees the topic
  ['nobody', TOPIC, 'there', DESCRIBE],
]

/** What a source and a sink named `fleeting-out` on the topic `fleeting` need, and may lose. */
const fleetingRights: readonly Right[] = [['fleeting', TOPIC, 'fleeting', WRITE], ['fleeting', TOPIC, 'fleeting', READ], ['fleeting', GROUP, 'connect-fleeting-out', READ]]
export const grantFleeting = (bootstrap: string): Promise<void> => withAdmin(bootstrap, (admin) => grant(admin, fleetingRights))
export const revokeFleeting = (bootstrap: string): Promise<void> =>
  withAdmin(bootstrap, async (admin) => {
    await admin.deleteAcls({
      filters: [TOPIC, GROUP].map((resourceType) => ({ resourceType, resourcePatternType: ResourcePatternTypes.LITERAL, principal: 'User:fleeting', operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY })),
    })
  })

const grant = async (admin: Admin, wanted: readonly Right[]): Promise<void> => {
  await admin.createAcls({
    acl: wanted.map(([user, resourceType, resourceName, operation]) => ({
      resourceType, resourceName, resourcePatternType: ResourcePatternTypes.LITERAL, principal: `User:${user}`, host: '*', operation, permissionType: AclPermissionTypes.ALLOW,
    })),
  })
}
/** kafkajs's own client, over the administrator's listener. */
const withAdmin = async (bootstrap: string, work: (admin: Admin) => Promise<void>): Promise<void> => {
  const admin = new Kafka({ clientId: 'administrator', brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { retries: 20 } }).admin()
  await admin.connect()
  try {
    await work(admin)
  } finally {
    await admin.disconnect()
  }
}
