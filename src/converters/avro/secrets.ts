/** What the registry is shown and trusted by: the Authorization header and the TLS options, from the converter's keys. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigException } from '../../data/errors.ts'
import { messageOf } from '../../errors.ts'
import { storeKindOf } from '../../tls/key-store.ts'
import { sslOptionsNow } from '../../tls/ssl-settings.ts'

type Credentials = {
  readonly basicSource: string
  readonly userInfo: string
  readonly bearerSource: string
  readonly bearerGiven: boolean
  readonly token: string
  readonly saslJaas: string | null
  readonly urls: readonly URL[]
}

/** Null: the registry asks for nothing. No value of a secret gets into a message. */
export const authorizationOf = (given: Credentials): string | null => {
  if (given.bearerGiven || given.token !== '') {
    if (given.bearerSource !== 'STATIC_TOKEN') throw new ConfigException('bearer.auth.credentials.source', given.bearerSource, 'this worker knows STATIC_TOKEN')
    if (given.token === '') throw new ConfigException('bearer.auth.token must be set for bearer.auth.credentials.source=STATIC_TOKEN')
    return `Bearer ${given.token}`
  }
  switch (given.basicSource.toUpperCase()) {
    case 'USER_INFO':
      if (given.userInfo === '') throw new ConfigException('basic.auth.user.info must be set to user:password for basic.auth.credentials.source=USER_INFO')
      return basic(given.userInfo)
    case 'URL': {
      const url = given.urls.find(({ username }) => username !== '')
      return url === undefined ? null : basic(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`)
    }
    case 'SASL_INHERIT': {
      const [user, password] = ['username', 'password'].map((name) => new RegExp(`\\b${name}\\s*=\\s*"((?:[^"\\\\]|\\\\.)*)"`).exec(given.saslJaas ?? '')?.[1]?.replaceAll(/\\(.)/g, '$1'))
      if (user === undefined || password === undefined) throw new ConfigException('sasl.jaas.config must hold username="…" and password="…" for basic.auth.credentials.source=SASL_INHERIT')
      return basic(`${user}:${password}`)
    }
    default:
      throw new ConfigException('basic.auth.credentials.source', given.basicSource, 'expected URL, USER_INFO or SASL_INHERIT')
  }
}
const basic = (userInfo: string): string => `Basic ${Buffer.from(userInfo).toString('base64')}`

const prefix = 'schema.registry.'
/** The settings `schema.registry.ssl.*`, by Kafka's names behind the prefix; of which kind a store is, its file says where nothing else does. */
export const tlsOf = (given: Readonly<Record<string, string>>): ConnectionOptions => {
  const settings: Record<string, string> = {}
  for (const [key, value] of Object.entries(given)) if (key.startsWith(`${prefix}ssl.`)) settings[key.slice(prefix.length)] = value
  for (const store of ['truststore', 'keystore']) {
    if (settings[`ssl.${store}.type`] === undefined && isPemFile(settings[`ssl.${store}.location`])) settings[`ssl.${store}.type`] = 'PEM'
  }
  try {
    const { key, cert, ca, ...protocol } = sslOptionsNow(settings)
    return {
      ...protocol, ...(key === undefined ? {} : { key }), ...(cert === undefined ? {} : { cert }), ...(ca === undefined ? {} : { ca: [...ca] }),
      ...(settings['ssl.endpoint.identification.algorithm'] === '' ? { checkServerIdentity: (): undefined => undefined } : {}),
    }
  } catch (cause) {
    throw new ConfigException(messageOf(cause).replaceAll(/\bssl\./g, `${prefix}ssl.`))
  }
}
/** A file that cannot be read is told by whoever needs it. */
const isPemFile = (location: string | undefined): boolean => {
  try {
    return location !== undefined && storeKindOf(readFileSync(location)) === 'PEM'
  } catch {
    return false
  }
}
