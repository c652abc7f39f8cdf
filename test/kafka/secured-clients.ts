/** What clients of the secured broker are configured with, and the texts that must never be seen of it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Authority, keytoolKeyStore, keytoolTrustStore, storePassword } from './certificates.ts'
import { passwords, plainLogin, scramLogin, type SecuredListener, unsecuredLogin } from './secured-broker.ts'

export type Setting = { readonly listener: SecuredListener; readonly properties: Readonly<Record<string, string>> }
export type ClientFiles = { readonly authority: Authority; readonly jksTrust: string; readonly jksKey: string; readonly pkcs12Trust: string; readonly pkcs12Key: string; readonly secrets: readonly string[] }

/** `CN=alice` as PEM, JKS and PKCS12; `CN=late`, which expired; the other authority's `CN=stranger`. */
export const clientFiles = async (authority: Authority, other: Authority): Promise<ClientFiles> => {
  const alice = await authority.issue('alice', { kind: 'rsa' })
  await authority.issue('late', { expired: true })
  await other.issue('stranger')
  const [jksKey, pkcs12Key, jksTrust, pkcs12Trust] = await Promise.all([
    keytoolKeyStore(authority, 'alice', 'JKS').then(async (jks) => [jks, await keytoolKeyStore(authority, 'alice', 'PKCS12')] as const),
    keytoolTrustStore(authority, 'JKS'), Promise.resolve(join(authority.dir, 'truststore.pkcs12')),
  ]).then(([[jks, pkcs12], trust, trust12]) => [jks, pkcs12, trust, trust12] as const)
  const late = await readFile(join(authority.dir, 'late.key.pem'), 'utf8')
  return { authority, jksTrust, jksKey, pkcs12Trust, pkcs12Key, secrets: [...Object.values(passwords), storePassword, wrongPassword, tokenStart, ...[alice.key, late].flatMap((key) => key.split('\n').slice(1, 3))] }
}
export const wrongPassword = 'wrong-hush-9'
/** The beginning of every unsecured token: `{"alg":"none"}`. */
const tokenStart = 'eyJhbGciOiJub25lIn0'

export const trustPem = ({ authority }: ClientFiles): Record<string, string> => ({ 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': join(authority.dir, 'ca.cert.pem') })
export const keyPem = ({ authority }: ClientFiles, name: string): Record<string, string> => ({ 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': join(authority.dir, `${name}.pem`) })
export const tls = (more: Readonly<Record<string, string>>): Record<string, string> => ({ 'security.protocol': 'SSL', ...more })
export const sasl = (mechanism: string, login: string, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({ 'security.protocol': 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism, 'sasl.jaas.config': login, ...more })

/** One of each, all as alice (over TLS alone: nobody in particular). */
export const settings = (files: ClientFiles): Readonly<Record<string, Setting>> => ({
  'TLS with a PEM trust store': { listener: 'TLS', properties: tls(trustPem(files)) },
  'mutual TLS with PEM files': { listener: 'MUTUAL', properties: tls({ ...trustPem(files), ...keyPem(files, 'alice') }) },
  'mutual TLS with JKS stores': {
    listener: 'MUTUAL',
    properties: tls({ 'ssl.truststore.location': files.jksTrust, 'ssl.truststore.password': storePassword, 'ssl.keystore.location': files.jksKey, 'ssl.keystore.password': storePassword, 'ssl.key.password': storePassword }),
  },
  'mutual TLS with PKCS12 stores': {
    listener: 'MUTUAL',
    properties: tls({
      'ssl.truststore.type': 'PKCS12', 'ssl.truststore.location': files.pkcs12Trust, 'ssl.truststore.password': storePassword,
      'ssl.keystore.type': 'PKCS12', 'ssl.keystore.location': files.pkcs12Key, 'ssl.keystore.password': storePassword,
    }),
  },
  'SASL PLAIN': { listener: 'SASL', properties: sasl('PLAIN', plainLogin('alice', passwords.alice)) },
  'SCRAM-SHA-256': { listener: 'SASL', properties: sasl('SCRAM-SHA-256', scramLogin('alice', passwords.alice)) },
  'OAUTHBEARER': { listener: 'SASL', properties: sasl('OAUTHBEARER', unsecuredLogin('alice')) },
  'SCRAM-SHA-512 over TLS with certificates in the settings': {
    listener: 'SASLTLS',
    properties: sasl('SCRAM-SHA-512', scramLogin('alice', passwords.alice), { 'security.protocol': 'SASL_SSL', 'ssl.truststore.type': 'PEM', 'ssl.truststore.certificates': files.authority.certificate }),
  },
})
