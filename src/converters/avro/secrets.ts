/** What the registry is shown and trusted by: the Authorization header and the TLS options, from the converter's keys. */
import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { ConfigException } from '../../data/errors.ts'
import { messageOf } from '../../errors.ts'

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

/** `of` gives the value of `schema.registry.ssl.<name>`. Null: none of them is set. */
export const tlsOf = (of: (name: string) => string | null): ConnectionOptions => {
  const keyStoreType = (of('keystore.type') ?? 'PEM').toUpperCase()
  const trustStoreType = (of('truststore.type') ?? 'PEM').toUpperCase()
  const trustFile = of('truststore.location')
  const keyFile = of('keystore.location')
  if (trustFile !== null && trustStoreType !== 'PEM') throw notPem('truststore', trustStoreType, `keytool -exportcert -rfc -keystore ${trustFile} -alias ALIAS > ca.pem`)
  if (keyFile !== null && keyStoreType !== 'PEM' && keyStoreType !== 'PKCS12') throw notPem('keystore', keyStoreType, `keytool -importkeystore -srckeystore ${keyFile} -destkeystore store.p12 -deststoretype PKCS12`)
  const ca = of('truststore.certificates') ?? (trustFile === null ? null : fileOf('truststore.location', trustFile))
  const keyStore = keyFile === null ? null : fileOf('keystore.location', keyFile)
  const isPkcs12 = keyStoreType === 'PKCS12'
  const key = of('keystore.key') ?? (isPkcs12 ? null : keyStore)
  const cert = of('keystore.certificate.chain') ?? (isPkcs12 ? null : keyStore)
  const passphrase = isPkcs12 ? of('keystore.password') : of('key.password')
  return {
    ...(ca === null ? {} : { ca }),
    ...(key === null ? {} : { key }),
    ...(cert === null ? {} : { cert }),
    ...(isPkcs12 && keyStore !== null ? { pfx: keyStore } : {}),
    ...(passphrase === null ? {} : { passphrase }),
    ...(of('endpoint.identification.algorithm') === '' ? { checkServerIdentity: (): undefined => undefined } : {}),
  }
}
const notPem = (store: string, type: string, command: string): ConfigException =>
  new ConfigException(`schema.registry.ssl.${store}.type`, type, `this kind of store is not read here. Convert it once, e.g. \`${command}\`, and set schema.registry.ssl.${store}.type to what comes of it`)
const fileOf = (key: string, path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new ConfigException(`schema.registry.ssl.${key}`, path, `the file cannot be read: ${messageOf(cause)}`)
  }
}
