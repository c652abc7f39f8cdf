/**
 * OAUTHBEARER by Kafka's settings: which token, and for how long it is used. A token is asked for when a connection has to log in and
 * none is fresh, so an idle client asks nobody; `sasl.login.refresh.*` say when one is no longer fresh. One request at a time.
 */
import { ConnectError } from '../errors.ts'
import { sslOptionsOf } from '../tls/ssl-settings.ts'
import { booleanOf } from './client-config.ts'
import { readToken, requestToken, type Token } from './oauth-token.ts'
import { asksForUnsecuredToken, unsecuredToken } from './oauth-unsecured.ts'
import type { ClientProperties } from './types.ts'

type Options = Readonly<Record<string, string>>
export type OauthProvider = () => Promise<{ readonly value: string; readonly extensions: Readonly<Record<string, string>> }>

const wrong = (message: string): ConnectError => new ConnectError('CONFIG_INVALID', message)
const retriever = 'sasl.oauthbearer.jwt.retriever.class'
const knownRetrievers = ['DefaultJwtRetriever', 'ClientCredentialsJwtRetriever', 'FileJwtRetriever']
const handler = 'sasl.login.callback.handler.class'
/** Kafka's own, under the names they have had (3.1 to 3.9 `secured.`, 4.x without). */
const knownHandlers = ['OAuthBearerLoginCallbackHandler', 'OAuthBearerUnsecuredLoginCallbackHandler']
const simpleName = (className: string | undefined): string => className?.split('.').at(-1) ?? ''

/** Throws ConnectError CONFIG_INVALID for settings that can never give a token. */
export const oauthProviderOf = async (properties: ClientProperties, options: Options): Promise<OauthProvider> => {
  const extensions = extensionsOf(options)
  const fetchToken = await tokenSourceOf(properties, options)
  const isFresh = freshnessOf(properties)
  let token: Token & { readonly gotAtMs: number } = { value: '', lifetimeSeconds: 0, gotAtMs: 0 }
  let fetching: Promise<void> | null = null
  return async () => {
    if (!isFresh(token)) {
      fetching ??= fetchToken().then((got) => void (token = { ...got, gotAtMs: Date.now() })).finally(() => (fetching = null))
      await fetching
    }
    return { value: token.value, extensions }
  }
}

const tokenSourceOf = async (properties: ClientProperties, options: Options): Promise<() => Promise<Token>> => {
  const handlerName = simpleName(properties[handler])
  if (handlerName !== '' && !knownHandlers.includes(handlerName)) throw wrong(`Invalid value ${properties[handler]} for configuration ${handler}: Java classes cannot be loaded here; of Kafka's own ${knownHandlers.join(' and ')} are there`)
  const retrieverName = simpleName(properties[retriever])
  if (retrieverName !== '' && !knownRetrievers.includes(retrieverName)) throw wrong(`Invalid value ${properties[retriever]} for configuration ${retriever}: of Kafka's own ${knownRetrievers.join(', ')} are there`)
  const endpoint = properties['sasl.oauthbearer.token.endpoint.url']
  if (handlerName === 'OAuthBearerUnsecuredLoginCallbackHandler' || (handlerName === '' && endpoint === undefined && asksForUnsecuredToken(options))) {
    unsecuredToken(options, Date.now())
    return () => Promise.resolve(unsecuredToken(options, Date.now()))
  }
  if (endpoint === undefined) throw wrong('OAUTHBEARER needs sasl.oauthbearer.token.endpoint.url and, in sasl.jaas.config, clientId="…" and clientSecret="…"')
  const url = URL.parse(endpoint)
  if (url === null || !['http:', 'https:', 'file:'].includes(url.protocol)) throw wrong('Invalid value for configuration sasl.oauthbearer.token.endpoint.url: an http, https or file URL is expected')
  if (url.protocol === 'file:') return () => readToken(url)
  const clientId = properties['sasl.oauthbearer.client.credentials.client.id'] ?? options['clientId']
  const clientSecret = properties['sasl.oauthbearer.client.credentials.client.secret'] ?? options['clientSecret']
  if (clientId === undefined || clientSecret === undefined) {
    throw wrong('OAUTHBEARER with a token endpoint needs clientId="…" and clientSecret="…" in sasl.jaas.config, or sasl.oauthbearer.client.credentials.client.id and .client.secret')
  }
  const tls = url.protocol === 'https:' ? await sslOptionsOf(Object.fromEntries(Object.entries(options).filter(([name]) => name.startsWith('ssl.')))) : null
  return () => requestToken({
    url, clientId, clientSecret, tls,
    scope: properties['sasl.oauthbearer.scope'] ?? options['scope'],
    urlEncodeHeader: booleanOf(properties, 'sasl.oauthbearer.header.urlencode', false),
    timeoutMs: numberOf(properties, 'sasl.login.connect.timeout.ms', 10_000) + numberOf(properties, 'sasl.login.read.timeout.ms', 10_000),
  })
}

/** SASL extensions (KIP-342): `extension_NAME` and, for unsecured tokens, `unsecuredLoginExtension_NAME`. */
const extensionsOf = (options: Options): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).flatMap(([name, value]) => {
    const extension = /^(?:extension_|unsecuredLoginExtension_)(.+)$/.exec(name)?.[1]
    if (extension === undefined) return []
    if (!/^[a-z]+$/i.test(extension) || extension === 'auth') throw wrong(`sasl.jaas.config: ${name} is no name of a SASL extension: letters only, and not auth`)
    return [[extension, value]]
  }))

/** Kafka's refresh rule (ExpiringCredentialRefreshingLogin), without its jitter: a share of the life, but so long before its end if the life is long enough for that. */
const freshnessOf = (properties: ClientProperties): ((token: Token & { readonly gotAtMs: number }) => boolean) => {
  const factor = numberOf(properties, 'sasl.login.refresh.window.factor', 0.8)
  const minPeriodSeconds = numberOf(properties, 'sasl.login.refresh.min.period.seconds', 60)
  const bufferSeconds = numberOf(properties, 'sasl.login.refresh.buffer.seconds', 300)
  return ({ value, lifetimeSeconds, gotAtMs }) => {
    if (value === '') return false
    // no one says how long an opaque token lives
    const life = lifetimeSeconds ?? 60
    const isLong = life > minPeriodSeconds + bufferSeconds
    return Date.now() < gotAtMs + 1000 * (isLong ? Math.min(life * factor, life - bufferSeconds) : life * factor)
  }
}
const numberOf = (properties: ClientProperties, key: string, otherwise: number): number => {
  const value = Number(properties[key] ?? otherwise)
  if (!Number.isFinite(value) || value < 0) throw wrong(`Invalid value ${properties[key]} for configuration ${key}: a number of at least 0 is expected`)
  return value
}
