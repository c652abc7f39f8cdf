/** TLS of https listeners from Kafka's `ssl.*` settings. */
import type { TlsOptions } from 'node:tls'
import { ConnectError } from '../errors.ts'
import { sslOptionsOf } from '../tls/ssl-settings.ts'

/** Throws ConnectError CONFIG_INVALID. */
export const tlsOptions = async (settings: Readonly<Record<string, string>>): Promise<TlsOptions> => {
  const { ca, ...options } = await sslOptionsOf(settings)
  if (options.key === undefined) throw new ConnectError('CONFIG_INVALID', 'An https listener needs ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain')
  const clientAuth = settings['ssl.client.auth'] ?? 'none'
  return { ...options, ...(ca === undefined ? {} : { ca: [...ca] }), requestCert: clientAuth !== 'none', rejectUnauthorized: clientAuth === 'required' }
}
