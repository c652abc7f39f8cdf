/**
 * Java key and trust stores: JKS by jks-js, PKCS#12 by node-forge. (Node's own `pfx` option reads key stores only, and has no use for a
 * store of nothing but trusted certificates.) What a file is, is told by its first bytes: keytool writes PKCS#12 whatever the name says.
 */
import { X509Certificate } from 'node:crypto'
import { decrypt, parseJks } from 'jks-js'
import forge from 'node-forge'
import { messageOf } from '../errors.ts'
import { pemOfDer } from './pem.ts'

export type StoreKind = 'JKS' | 'PKCS12' | 'JCEKS' | 'PEM' | 'unknown'
/** PEM texts. `chain`: the key's own certificate, then its issuers. `trusted`: what Java takes for trust anchors in such a store. */
export type StoreContents = { readonly key: string | null; readonly chain: readonly string[]; readonly trusted: readonly string[] }
export type StorePasswords = { readonly store: string | undefined; readonly key: string | undefined }

export const storeKindOf = (bytes: Buffer): StoreKind => {
  if (bytes.length > 4 && bytes.readUInt32BE(0) === 0xfeedfeed) return 'JKS'
  if (bytes.length > 4 && bytes.readUInt32BE(0) === 0xcececece) return 'JCEKS'
  if (bytes[0] === 0x30) return 'PKCS12'
  return bytes.includes('-----BEGIN ') ? 'PEM' : 'unknown'
}

/** Throws plain Errors whose messages name neither file nor password: the caller knows the setting. */
export const readStore = (kind: 'JKS' | 'PKCS12', bytes: Buffer, passwords: StorePasswords): StoreContents => (kind === 'JKS' ? readJks(bytes, passwords) : readPkcs12(bytes, passwords))

const readJks = (bytes: Buffer, { store = '', key = store }: StorePasswords): StoreContents => {
  const entries = parsedJks(bytes, store)
  const keyEntries = entries.flatMap((entry) => ('chain' in entry ? [entry] : []))
  const [first] = keyEntries
  const certificate = ({ value }: { readonly value: Buffer }): string => pemOfDer('CERTIFICATE', value)
  return {
    key: first === undefined ? null : decryptedJksKey(first.protectedPrivateKey, key),
    chain: first?.chain.map(certificate) ?? [],
    trusted: [...entries.flatMap((entry) => ('cert' in entry ? [entry.cert] : [])), ...keyEntries.flatMap(({ chain }) => chain.slice(0, 1))].map(certificate),
  }
}
const parsedJks = (bytes: Buffer, password: string): ReturnType<typeof parseJks> => {
  try {
    return parseJks(bytes, password)
  } catch (cause) {
    throw new Error(messageOf(cause) === 'Password verification failed' ? 'the password is wrong, or the file was tampered with' : `the JKS store is damaged: ${messageOf(cause)}`, { cause })
  }
}
const decryptedJksKey = (key: Buffer, password: string): string => {
  try {
    return decrypt(key, password)
  } catch (cause) {
    throw new WrongKeyPassword('the private key in the JKS store cannot be decrypted', { cause })
  }
}
export class WrongKeyPassword extends Error {}

/** Oracle's mark on certificates that were imported to be trusted; forge drops attributes whose name it does not know. */
const trustedMark = 'trustedKeyUsage'
Object.assign(forge.pki.oids, { '2.16.840.1.113894.746875.1.1': trustedMark })
type Bag = forge.pkcs12.Bag

const readPkcs12 = (bytes: Buffer, { store = '' }: StorePasswords): StoreContents => {
  const bags = parsedPkcs12(bytes, store)
  const keyBags = bags.filter(({ type }) => type === forge.pki.oids['keyBag'] || type === forge.pki.oids['pkcs8ShroudedKeyBag'])
  const certificates = bags.filter(({ type }) => type === forge.pki.oids['certBag'])
  const idOf = (bag: Bag): string | undefined => attributes(bag)['localKeyId']?.[0]
  const isMarked = (bag: Bag): boolean => attributes(bag)[trustedMark] !== undefined
  const own = new Set(keyBags.map(idOf))
  const leaves = certificates.filter((bag) => idOf(bag) !== undefined && own.has(idOf(bag)))
  const marked = certificates.filter(isMarked)
  const [key] = keyBags
  const leaf = key === undefined ? undefined : (leaves.find((bag) => idOf(bag) === idOf(key)) ?? certificates[0])
  const others = certificates.filter((bag) => bag !== leaf && !isMarked(bag)).map(certificatePem)
  return {
    key: key === undefined ? null : keyPem(key),
    chain: leaf === undefined ? [] : chainFrom(certificatePem(leaf), others),
    // openssl marks nothing: a store of certificates alone can only be meant to be trusted
    trusted: (marked.length === 0 && keyBags.length === 0 ? certificates : [...marked, ...leaves]).map(certificatePem),
  }
}
const parsedPkcs12 = (bytes: Buffer, password: string): readonly Bag[] => {
  try {
    const store = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes.toString('binary')), password)
    return store.safeContents.flatMap(({ safeBags }) => safeBags)
  } catch (cause) {
    throw new Error(/password|MAC/i.test(messageOf(cause)) ? 'the password is wrong, or the file was tampered with' : `the PKCS12 store is damaged or encrypted in a way that cannot be read: ${messageOf(cause)}`, { cause })
  }
}
const attributes = (bag: Bag): Readonly<Record<string, readonly string[] | undefined>> => (bag.attributes ?? {}) as Readonly<Record<string, readonly string[] | undefined>>
/** forge understands RSA only; everything else it leaves as it was read. */
const certificatePem = (bag: Bag): string => pemOfDer('CERTIFICATE', der(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : bag.asn1))
const keyPem = (bag: Bag): string => pemOfDer('PRIVATE KEY', der(bag.key ? forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)) : bag.asn1))
const der = (asn1: forge.asn1.Asn1): Buffer => Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary')

/** The certificate, then whoever issued it, as far as they are there. */
const chainFrom = (leaf: string, others: readonly string[]): readonly string[] => {
  const issuer = others.find((other) => new X509Certificate(leaf).checkIssued(new X509Certificate(other)))
  return issuer === undefined ? [leaf] : [leaf, ...chainFrom(issuer, others.filter((other) => other !== issuer))]
}
