/** security.protocol, sasl.* and ssl.* of Kafka's clients, as the sockets want them. */
import type { ConnectionOptions } from 'node:tls'
import { ConnectError } from '../errors.ts'
import { type SslOptions, sslOptionsOf } from '../tls/ssl-settings.ts'
import { parseJaasConfig } from './jaas.ts'
import type { SaslOptions } from './kafkajs-internals.ts'
import { oauthLogin } from './oauth-login.ts'
import { oauthProviderOf } from './oauth.ts'
import type { ClientProperties } from './types.ts'

export type TlsSettings = Omit<SslOptions, 'ca'> & Pick<ConnectionOptions, 'ca' | 'checkServerIdentity'>
export type Security = { readonly tls: TlsSettings | null; readonly sasl: SaslOptions | null }

const invalid = (key: string, value: string, why: string): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value ${value} for configuration ${key}: ${why}`)

/** Reads stores and PEM files. Throws ConnectError CONFIG_INVALID. */
export const securityOf = async (properties: ClientProperties): Promise<Security> => {
  const protocol = (properties['security.protocol'] ?? 'PLAINTEXT').trim().toUpperCase()
  if (!['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'].includes(protocol)) {
    throw invalid('security.protocol', protocol, 'String must be one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL')
  }
  return {
    tls: protocol.endsWith('SSL') ? await tlsOf(properties) : null,
    sasl: protocol.startsWith('SASL') ? await saslOf(properties) : null,
  }
}

const tlsOf = async (properties: ClientProperties): Promise<TlsSettings> => {
  const { ca, ...options } = await sslOptionsOf(properties)
  return {
    ...options,
    ...(ca === undefined ? {} : { ca: [...ca] }),
    // An empty algorithm switches host name verification off, as in Java; the chain is verified all the same.
    ...((properties['ssl.endpoint.identification.algorithm'] ?? 'https').trim() === '' ? { checkServerIdentity: () => undefined } : {}),
  }
}

const saslOf = async (properties: ClientProperties): Promise<SaslOptions> => {
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
      if (options['tokenauth'] === 'true') throw new ConnectError('CONFIG_INVALID', 'sasl.jaas.config: delegation tokens (tokenauth) are not supported here; use a user name and password')
      return { mechanism: mechanism.toLowerCase() as 'plain' | 'scram-sha-256' | 'scram-sha-512', username, password }
    }
    case 'OAUTHBEARER':
      return { mechanism: 'oauthbearer', authenticationProvider: oauthLogin(await oauthProviderOf(properties, options)) }
    default:
      throw invalid('sasl.mechanism', mechanism, 'this worker speaks PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 and OAUTHBEARER')
  }
}
