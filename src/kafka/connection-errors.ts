/** Why a connection failed, in one line that names the setting to look at: kafkajs's errors by their names, TLS's by their codes, ours by Kafka's. */
import { X509Certificate } from 'node:crypto'
import { messageOf } from '../errors.ts'
import { disconnected, timedOut } from './kafka-errors.ts'
import type { Security } from './security.ts'
import { KafkaError } from './types.ts'

/** `where` begins the message: `Fetch to host:port`. `security` is what the connection was made with. */
export const connectionErrorOf = (error: unknown, where: string, { tls }: Security): KafkaError => {
  if (error instanceof KafkaError) return relocated(error, where)
  const { name, code } = error as { readonly name?: string; readonly code?: unknown }
  const message = plainMessage(error)
  if (name === 'KafkaJSRequestTimeoutError') return timedOut(`${where}: ${message}`, error)
  if (name === 'KafkaJSSASLAuthenticationError') return saslFailed(where, message, error)
  const hint = typeof code === 'string' && tls !== null ? tlsHint(code, message, tls.cert) : null
  if (hint !== null) return new KafkaError('SSL_AUTHENTICATION_FAILED', `${where}: SSL handshake failed: ${message}${hint === '' ? '' : ` (${hint})`}`, { retriable: false, cause: error })
  if (name === 'KafkaJSProtocolError') {
    const { type, retriable } = error as { readonly type?: unknown; readonly retriable?: unknown }
    if (type === 'SASL_AUTHENTICATION_FAILED' || type === 'UNSUPPORTED_SASL_MECHANISM' || type === 'ILLEGAL_SASL_STATE') return saslFailed(where, message, error)
    return new KafkaError(String(type), `${where}: ${message}`, { retriable: retriable === true, cause: error })
  }
  return disconnected(`${where}: ${message}`, error)
}

/**
 * As above, for a connection that has never been of use: one that just ends then was, as a rule, not wanted. It is tried again all the same,
 * since a broker that is going down or coming up ends connections too.
 */
export const setupErrorOf = (error: unknown, where: string, security: Security): KafkaError => {
  const failure = connectionErrorOf(error, where, security)
  const hint = endedHint(security)
  return failure.kafkaCode === 'NETWORK_EXCEPTION' && wasEnded(error) && !failure.message.includes(hint) ? disconnected(`${failure.message} (${hint})`, error) : failure
}
const wasEnded = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  const { code } = error as { readonly code?: unknown }
  return error.name === 'KafkaJSConnectionClosedError' || code === 'ECONNRESET' || code === 'EPIPE' || wasEnded(error.cause)
}
const endedHint = ({ tls, sasl }: Security): string => {
  if (tls !== null) return 'the broker ended the connection without a reason. If it stays so: does it take our certificate, see ssl.keystore.location, and does it speak TLS at this port, see security.protocol?'
  return `the broker ended the connection without a reason. If it stays so: does it want TLS${sasl === null ? ' or SASL' : ''} at this port? See security.protocol`
}

/** A failed request's error, told of the connection instead. */
const relocated = (error: KafkaError, where: string): KafkaError => {
  const at = error.message.indexOf(`${where}: `)
  return at === 0 ? error : new KafkaError(error.kafkaCode, at < 0 ? `${where}: ${error.message}` : error.message.slice(at), { retriable: error.retriable, cause: error })
}

/** Without kafkajs's opening words and Node's advice about its command line, and of OpenSSL's colon-separated line the reason alone. */
const plainMessage = (error: unknown): string => {
  const message = messageOf(error).replace(/^Connection error: |; if the root CA is installed locally.*$/g, '').trim()
  return /:error:[0-9A-F]{8}:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message
}

const saslFailed = (where: string, message: string, cause: unknown): KafkaError => {
  const hint = /mechanism is not supported|not support the requested SASL mechanism/i.test(message) ? 'check sasl.mechanism against what the broker offers' : /ILLEGAL_SASL_STATE|not valid given the current SASL state/.test(message) ? 'check security.protocol' : 'check sasl.jaas.config'
  return new KafkaError('SASL_AUTHENTICATION_FAILED', `${where}: ${message} (${hint})`, { retriable: false, cause })
}

const untrusted = new Set(['SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'CERT_UNTRUSTED', 'CERT_SIGNATURE_FAILURE'])
/** Null: no failure of TLS. Empty: one that says all itself. */
const tlsHint = (code: string, message: string, ownChain: string | undefined): string | null => {
  if (code === 'CERT_HAS_EXPIRED') return "the broker's certificate, or its issuer's, has to be renewed"
  if (code === 'CERT_NOT_YET_VALID') return "the broker's certificate begins later: are the clocks right?"
  if (untrusted.has(code)) return "the broker's certificate is signed by nobody we trust: see ssl.truststore.location or ssl.truststore.certificates"
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return "the broker's certificate is for another host name: correct the address in bootstrap.servers or the broker's advertised.listeners, or let the certificate name it; an empty ssl.endpoint.identification.algorithm switches the check off"
  if (/ALERT_(?:PROTOCOL_VERSION|HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)|NO_(?:PROTOCOLS|CIPHERS)|UNSUPPORTED_PROTOCOL/.test(code)) return 'no protocol or cipher suite in common: see ssl.enabled.protocols and ssl.cipher.suites'
  if (code.includes('ALERT') || /alert (?:number|certificate|bad|unknown)/i.test(message)) return ownCertificateHint(ownChain)
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|RECORD_(?:TOO_LARGE|LENGTH)/.test(code) || /wrong version number|packet length/i.test(message)) return 'the broker speaks no TLS at this port: see security.protocol and bootstrap.servers'
  return /^(?:ERR_(?:TLS|SSL|OSSL)|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/.test(code) ? '' : null
}

/** The broker sent an alert after ours: it is our certificate that it did not like, and it does not say why. */
const ownCertificateHint = (chain: string | undefined): string => {
  if (chain === undefined) return 'the broker wants a certificate of ours: set ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain'
  const { validTo } = new X509Certificate(chain)
  return Date.parse(validTo) < Date.now()
    ? `the broker refused our certificate, which expired on ${validTo}: renew it, see ssl.keystore.location or ssl.keystore.certificate.chain`
    : 'the broker refused our certificate: is its issuer trusted there? See ssl.keystore.location or ssl.keystore.certificate.chain'
}
