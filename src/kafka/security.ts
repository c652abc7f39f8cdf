/** security.protocol, sasl.* and ssl.* of Kafka's clients, as the sockets want them. PEM only: Java's key stores are refused with the way out. */
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions, SecureVersion } from 'node:tls'
import { ConnectError, messageOf } from '../errors.ts'
import type { SaslOptions } from './kafkajs-internals.ts'
import type { ClientProperties } from './types.ts'

export type Security = { readonly tls: ConnectionOptions | null; readonly sasl: SaslOptions | null }

const invalid = (key: string, value: string, why: string): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value ${value} for configuration ${key}: ${why}`)

export const securityOf = async (properties: ClientProperties): Promise<Security> => {
  const protocol = (properties['security.protocol'] ?? 'PLAINTEXT').toUpperCase()
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol)) {
    throw invalid('security.protocol', protocol, 'String must be one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL')
  }
  return {
    tls: protocol.endsWith('SSL') ? await tlsOf(properties) : null,
    sasl: protocol.startsWith('SASL') ? saslOf(properties) : null,
  }
}

const storeTypeOf = (properties: ClientProperties, store: 'keystore' | 'truststore'): void => {
  const type = properties[`ssl.${store}.type`]?.toUpperCase() ?? 'JKS'
  const given = properties[`ssl.${store}.location`]
  if (type === 'PEM' || (given === undefined && properties[`ssl.${store}.type`] === undefined)) return
  const convert = store === 'truststore'
    ? `keytool -exportcert -rfc -keystore ${given ?? 'STORE'} -alias ALIAS > ca.pem`
    : `keytool -importkeystore -srckeystore ${given ?? 'STORE'} -destkeystore store.p12 -deststoretype PKCS12 && openssl pkcs12 -in store.p12 -out keystore.pem`
  throw invalid(`ssl.${store}.type`, type, `only PEM is supported here. Convert the store once, e.g. \`${convert}\`, then set ssl.${store}.type=PEM and ssl.${store}.location to the PEM file (or ssl.${store === 'truststore' ? 'truststore.certificates' : 'keystore.key and ssl.keystore.certificate.chain'} to the PEM text).`)
}

const fileText = async (key: string, path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ConnectError('CONFIG_INVALID', `Invalid value ${path} for configuration ${key}: the file cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

const tlsOf = async (properties: ClientProperties): Promise<ConnectionOptions> => {
  storeTypeOf(properties, 'keystore')
  storeTypeOf(properties, 'truststore')
  const trustLocation = properties['ssl.truststore.location']
  const ca = properties['ssl.truststore.certificates'] ?? (trustLocation === undefined ? undefined : await fileText('ssl.truststore.location', trustLocation))
  const keyLocation = properties['ssl.keystore.location']
  const keyStore = keyLocation === undefined ? undefined : await fileText('ssl.keystore.location', keyLocation)
  const key = properties['ssl.keystore.key'] ?? keyStore
  const cert = properties['ssl.keystore.certificate.chain'] ?? keyStore
  const passphrase = properties['ssl.key.password']
  const protocols = (properties['ssl.enabled.protocols'] ?? 'TLSv1.2,TLSv1.3').split(',').map((name) => name.trim()).toSorted()
  const cipherSuites = properties['ssl.cipher.suites']
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(key === undefined ? {} : { key }),
    ...(cert === undefined ? {} : { cert }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(cipherSuites === undefined ? {} : { ciphers: cipherSuites.split(',').map((name) => name.trim()).join(':') }),
    minVersion: protocols[0] as SecureVersion,
    maxVersion: protocols[protocols.length - 1] as SecureVersion,
    // An empty algorithm switches host name verification off, as in Java; the chain is verified all the same.
    ...((properties['ssl.endpoint.identification.algorithm'] ?? 'https') === '' ? { checkServerIdentity: () => undefined } : {}),
  }
}

/** `org.apache…PlainLoginModule required username="u" password="p\"q";` -> its options. */
export const parseJaasConfig = (text: string): { readonly loginModule: string; readonly options: Readonly<Record<string, string>> } => {
  const key = 'sasl.jaas.config'
  const head = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b/i.exec(text)
  if (head === null) throw invalid(key, '[hidden]', 'expected `LoginModule required key="value" …;`')
  const options: Record<string, string> = {}
  let rest = text.slice(head[0].length)
  for (;;) {
    const option = /^\s+([\w.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;]+))/.exec(rest)
    if (option === null) break
    options[option[1] ?? ''] = (option[2] ?? option[3] ?? option[4] ?? '').replaceAll(/\\(.)/g, '$1')
    rest = rest.slice(option[0].length)
  }
  if (!/^\s*;\s*$/.test(rest)) throw invalid(key, '[hidden]', 'one login module with `key="value"` options is expected, ended by a semicolon')
  return { loginModule: head[1] ?? '', options }
}

const saslOf = (properties: ClientProperties): SaslOptions => {
  const mechanism = properties['sasl.mechanism'] ?? 'GSSAPI'
  const jaas = properties['sasl.jaas.config']
  if (jaas === undefined) throw new ConnectError('CONFIG_INVALID', 'security.protocol asks for SASL: set sasl.jaas.config to the login module with its user name and password')
  const { options } = parseJaasConfig(jaas)
  switch (mechanism) {
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512': {
      const { username, password } = options
      if (username === undefined || password === undefined) throw new ConnectError('CONFIG_INVALID', `sasl.jaas.config for ${mechanism} needs username="…" and password="…"`)
      return { mechanism: mechanism.toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512', username, password }
    }
    case 'OAUTHBEARER':
      return { mechanism: 'oauthbearer', oauthBearerProvider: oauthProvider(properties, options) }
    default:
      throw invalid('sasl.mechanism', mechanism, 'this worker speaks PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER')
  }
}

type TokenResponse = { readonly access_token?: unknown; readonly expires_in?: unknown }
/** RFC 6749 client credentials against sasl.oauthbearer.token.endpoint.url; a token is kept until four fifths of its life are over. */
const oauthProvider = (properties: ClientProperties, options: Readonly<Record<string, string>>): (() => Promise<{ readonly value: string }>) => {
  const url = properties['sasl.oauthbearer.token.endpoint.url']
  const clientId = properties['sasl.oauthbearer.client.credentials.client.id'] ?? options['clientId']
  const clientSecret = properties['sasl.oauthbearer.client.credentials.client.secret'] ?? options['clientSecret']
  const scope = properties['sasl.oauthbearer.scope'] ?? options['scope']
  if (url === undefined || clientId === undefined || clientSecret === undefined) {
    throw new ConnectError('CONFIG_INVALID', 'OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url and, in sasl.jaas.config, clientId="…" and clientSecret="…"')
  }
  let token = { value: '', renewAtMs: 0 }
  return async () => {
    if (Date.now() < token.renewAtMs) return token
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, accept: 'application/json' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
    })
    if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`)
    const { access_token: value, expires_in: lifeSeconds } = (await answer.json()) as TokenResponse
    if (typeof value !== 'string') throw new Error('the token endpoint answered without an access_token')
    token = { value, renewAtMs: Date.now() + (typeof lifeSeconds === 'number' ? lifeSeconds : 60) * 800 }
    return token
  }
}
