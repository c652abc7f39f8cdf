/** TLS of https listeners from Kafka's `ssl.*` settings. Node reads PEM and PKCS#12; a Java key store has to be converted first. */
import { readFile } from 'node:fs/promises'
import type { TlsOptions } from 'node:tls'
import { ConnectError, messageOf } from '../errors.ts'

type Settings = Readonly<Record<string, string>>
const invalid = (message: string, cause?: unknown): ConnectError => new ConnectError('CONFIG_INVALID', message, { cause })
const read = async (settings: Settings, key: string): Promise<Buffer> => {
  try {
    return await readFile(settings[key] ?? '')
  } catch (error) {
    throw invalid(`Cannot read the file of ${key}: ${messageOf(error)}`, error)
  }
}
const typeOf = (settings: Settings, key: string): 'PEM' | 'PKCS12' => {
  const type = (settings[key] ?? 'JKS').toUpperCase()
  if (type === 'PEM' || type === 'PKCS12') return type
  throw invalid(`${key}=${type} cannot be read here; convert the store (keytool -importkeystore -deststoretype PKCS12, or openssl to PEM) and set ${key} to PKCS12 or PEM`)
}

const ownKey = async (settings: Settings): Promise<TlsOptions> => {
  const passphrase = settings['ssl.key.password'] ?? settings['ssl.keystore.password']
  if (settings['ssl.keystore.key'] !== undefined) return { key: settings['ssl.keystore.key'], cert: settings['ssl.keystore.certificate.chain'], passphrase }
  if (settings['ssl.keystore.location'] === undefined) throw invalid('An https listener needs ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain')
  const type = typeOf(settings, 'ssl.keystore.type')
  const store = await read(settings, 'ssl.keystore.location')
  return type === 'PEM' ? { key: store, cert: store, passphrase } : { pfx: store, passphrase: settings['ssl.keystore.password'] }
}
const trusted = async (settings: Settings): Promise<TlsOptions> => {
  if (settings['ssl.truststore.certificates'] !== undefined) return { ca: settings['ssl.truststore.certificates'] }
  if (settings['ssl.truststore.location'] === undefined) return {}
  if (typeOf(settings, 'ssl.truststore.type') !== 'PEM') throw invalid('ssl.truststore.type must be PEM here: Node takes trusted certificates as PEM text only')
  return { ca: await read(settings, 'ssl.truststore.location') }
}

export const tlsOptions = async (settings: Settings): Promise<TlsOptions> => {
  const clientAuth = settings['ssl.client.auth'] ?? 'none'
  const versions = (settings['ssl.enabled.protocols'] ?? 'TLSv1.2,TLSv1.3').split(',').map((item) => item.trim()).filter((item) => item !== '').toSorted()
  const ciphers = (settings['ssl.cipher.suites'] ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '')
  return {
    ...(await ownKey(settings)),
    ...(await trusted(settings)),
    requestCert: clientAuth !== 'none',
    rejectUnauthorized: clientAuth === 'required',
    ...(versions.length === 0 ? {} : { minVersion: versions[0] as 'TLSv1.2', maxVersion: versions.at(-1) as 'TLSv1.3' }),
    ...(ciphers.length === 0 ? {} : { ciphers: ciphers.join(':') }),
  }
}
