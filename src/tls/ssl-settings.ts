/** Kafka's `ssl.*` settings (`SslConfigs`) as options of Node's TLS. All that can be wrong with them is told here, by the setting's name. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureVersion } from 'node:tls'
import { ConnectError, messageOf } from '../errors.ts'
import { openSslCipher } from './cipher-suites.ts'
import { readStore, type StoreContents, storeKindOf, WrongKeyPassword } from './key-store.ts'
import { pemBlocks } from './pem.ts'

export type SslSettings = Readonly<Record<string, string>>
/** `key` is decrypted PEM; `cert` the chain, own certificate first. No `ca`: those that Node trusts. */
export type SslOptions = {
  readonly key?: string
  readonly cert?: string
  readonly ca?: readonly string[]
  readonly ciphers?: string
  readonly minVersion: SecureVersion
  readonly maxVersion: SecureVersion
}

/** Throws ConnectError CONFIG_INVALID. */
export const sslOptionsOf = async (settings: SslSettings): Promise<SslOptions> => sslOptionsNow(settings)
/** For those who are configured in one go: the few small files are read here and now. */
export const sslOptionsNow = (settings: SslSettings): SslOptions => {
  const own = ownKey(settings)
  const ca = trusted(settings)
  const ciphers = listOf(settings, 'ssl.cipher.suites').map(openSslCipher).join(':')
  if (ciphers !== '') checkCiphers(ciphers, settings['ssl.cipher.suites'] ?? '')
  return { ...own, ...(ca === null ? {} : { ca }), ...(ciphers === '' ? {} : { ciphers }), ...versionsOf(settings) }
}

const invalid = (key: string, shown: string, why: string, cause?: unknown): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value ${shown} for configuration ${key}: ${why}`, { cause })
const hidden = '[hidden]'
/** Empty is as good as absent, as for Kafka's passwords and lists in properties files. */
const given = (settings: SslSettings, key: string): string | undefined => (settings[key] === '' ? undefined : settings[key])
const listOf = (settings: SslSettings, key: string): readonly string[] => (settings[key] ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '')

const knownVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const satisfies readonly SecureVersion[]
const versionsOf = (settings: SslSettings): { readonly minVersion: SecureVersion; readonly maxVersion: SecureVersion } => {
  const names = listOf(settings, 'ssl.enabled.protocols')
  const versions = (names.length === 0 ? ['TLSv1.2', 'TLSv1.3'] : names).map((name) => {
    const at = knownVersions.findIndex((version) => version === name)
    if (at < 0) throw invalid('ssl.enabled.protocols', name, `must be among ${knownVersions.join(', ')}`)
    return at
  })
  return { minVersion: knownVersions[Math.min(...versions)] ?? 'TLSv1.2', maxVersion: knownVersions[Math.max(...versions)] ?? 'TLSv1.3' }
}
const checkCiphers = (ciphers: string, shown: string): void => {
  try {
    createSecureContext({ ciphers })
  } catch (error) {
    throw invalid('ssl.cipher.suites', shown, `this machine's OpenSSL knows none of them: ${messageOf(error)}`, error)
  }
}

const ownKey = (settings: SslSettings): { readonly key?: string; readonly cert?: string } => {
  const keyText = given(settings, 'ssl.keystore.key')
  const chainText = given(settings, 'ssl.keystore.certificate.chain')
  if (keyText !== undefined || chainText !== undefined) {
    if (keyText === undefined) throw invalid('ssl.keystore.key', 'null', 'ssl.keystore.certificate.chain is there, and its private key is needed as well')
    if (chainText === undefined) throw invalid('ssl.keystore.certificate.chain', 'null', 'ssl.keystore.key is there, and its certificate is needed as well')
    return checkedPair(pemKey(keyText, settings, 'ssl.keystore.key', hidden), pemCertificates(chainText, 'ssl.keystore.certificate.chain', hidden), 'ssl.keystore.certificate.chain', hidden)
  }
  const location = given(settings, 'ssl.keystore.location')
  if (location === undefined) return {}
  const at = 'ssl.keystore.location'
  const store = openStore(settings, 'keystore', location)
  if ('pem' in store) return checkedPair(pemKey(store.pem, settings, at, location), pemCertificates(store.pem, at, location), at, location)
  if (store.key === null) throw invalid(at, location, 'the store has no private key in it, only certificates: a store to trust by belongs into ssl.truststore.location')
  return checkedPair(store.key, store.chain, at, location)
}
const trusted = (settings: SslSettings): readonly string[] | null => {
  const texts = given(settings, 'ssl.truststore.certificates')
  if (texts !== undefined) return pemCertificates(texts, 'ssl.truststore.certificates', hidden)
  const location = given(settings, 'ssl.truststore.location')
  if (location === undefined) return null
  const store = openStore(settings, 'truststore', location)
  if ('pem' in store) return pemCertificates(store.pem, 'ssl.truststore.location', location)
  if (store.trusted.length === 0) throw invalid('ssl.truststore.location', location, 'the store holds no certificate that is marked as trusted: import it with `keytool -importcert`')
  return store.trusted
}

const openStore = (settings: SslSettings, name: 'keystore' | 'truststore', location: string): StoreContents | { readonly pem: string } => {
  const key = `ssl.${name}.location`
  const type = (given(settings, `ssl.${name}.type`) ?? 'JKS').toUpperCase()
  if (type !== 'JKS' && type !== 'PKCS12' && type !== 'PEM') throw invalid(`ssl.${name}.type`, type, `JKS, PKCS12 and PEM can be read here. Convert the store once: \`keytool -importkeystore -srckeystore ${location} -srcstoretype ${type} -destkeystore store.p12 -deststoretype PKCS12\``)
  const bytes = fileOf(key, location)
  if (type === 'PEM') return { pem: bytes.toString() }
  const kind = storeKindOf(bytes)
  if (kind === 'PEM') throw invalid(key, location, `the file is PEM: set ssl.${name}.type=PEM`)
  if (kind === 'JCEKS') throw invalid(key, location, `JCEKS stores cannot be read here. Convert it once: \`keytool -importkeystore -srckeystore ${location} -srcstoretype JCEKS -destkeystore store.p12 -deststoretype PKCS12\``)
  if (kind === 'unknown') throw invalid(key, location, 'the file is no JKS, PKCS12 or PEM store')
  try {
    return readStore(kind, bytes, { store: given(settings, `ssl.${name}.password`), key: given(settings, 'ssl.key.password') })
  } catch (error) {
    const passwordKey = error instanceof WrongKeyPassword ? 'ssl.key.password' : `ssl.${name}.password`
    throw invalid(key, location, `${messageOf(error)} (see ${passwordKey}${given(settings, passwordKey) === undefined ? ', which is not set' : ''})`, error)
  }
}

const fileOf = (key: string, location: string): Buffer => {
  try {
    return readFileSync(location)
  } catch (error) {
    throw invalid(key, location, `the file cannot be read: ${messageOf(error)}`, error)
  }
}

const pemCertificates = (text: string, key: string, shown: string): readonly string[] => {
  const certificates = pemBlocks(text).filter(({ label }) => label === 'CERTIFICATE').map((block) => block.text)
  if (certificates.length === 0) throw invalid(key, shown, 'there is no `-----BEGIN CERTIFICATE-----` block in it')
  try {
    for (const certificate of certificates) new X509Certificate(certificate)
  } catch (error) {
    throw invalid(key, shown, `a certificate cannot be read: ${messageOf(error)}`, error)
  }
  return certificates
}
const pemKey = (text: string, settings: SslSettings, key: string, shown: string): string => {
  const block = pemBlocks(text).find(({ label }) => label.endsWith('PRIVATE KEY'))
  if (block === undefined) throw invalid(key, shown, 'there is no `-----BEGIN PRIVATE KEY-----` block in it')
  const passphrase = given(settings, 'ssl.key.password')
  try {
    return createPrivateKey({ key: block.text, ...(passphrase === undefined ? {} : { passphrase }) }).export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch (error) {
    const isEncrypted = block.label.includes('ENCRYPTED') || block.text.includes('ENCRYPTED')
    throw invalid(key, shown, isEncrypted ? `the private key cannot be decrypted (see ssl.key.password${passphrase === undefined ? ', which is not set' : ''})` : `the private key cannot be read: ${messageOf(error)}`, error)
  }
}
const checkedPair = (key: string, chain: readonly string[], setting: string, shown: string): { readonly key: string; readonly cert: string } => {
  if (!new X509Certificate(chain[0] ?? '').checkPrivateKey(createPrivateKey(key))) throw invalid(setting, shown, 'the first certificate is not that of the private key: the own certificate comes first, its issuers behind it')
  return { key, cert: chain.join('') }
}
