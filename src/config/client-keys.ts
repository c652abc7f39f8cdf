/** The TLS and SASL keys that Kafka adds to every worker and client definition (`SslConfigs`, `SaslConfigs`), as tables. */
import { ConfigDef } from '../data/config-def.ts'
import { NO_DEFAULT_VALUE } from '../data/config-key.ts'
import type { ConfigData, ConfigType } from '../data/config-parse.ts'
import type { Validator } from '../data/config-validators.ts'

/** A key as a row: name, type, default (REQUIRED: none), what is accepted, what it is for. */
export type KeyRow = readonly [name: string, type: ConfigType, defaultValue: ConfigData | typeof NO_DEFAULT_VALUE, validator?: Validator | null, documentation?: string]
export const REQUIRED: typeof NO_DEFAULT_VALUE = NO_DEFAULT_VALUE
export const defineAll = (def: ConfigDef, rows: readonly KeyRow[]): ConfigDef => {
  for (const [name, type, defaultValue, validator = null, documentation = ''] of rows) def.define(name, { type, defaultValue, validator, documentation })
  return def
}

const { Range, ValidList, CaseInsensitiveValidString } = ConfigDef
/** A list without repeated or empty items; absent means empty. */
export const listOfDistinct = ValidList.anyNonDuplicateValues(true, false)

export const sslKeys: readonly KeyRow[] = [
  ['ssl.protocol', 'STRING', 'TLSv1.3'],
  ['ssl.provider', 'STRING', null],
  ['ssl.cipher.suites', 'LIST', [], listOfDistinct],
  ['ssl.enabled.protocols', 'LIST', 'TLSv1.2,TLSv1.3', listOfDistinct],
  ['ssl.keystore.type', 'STRING', 'JKS'],
  ['ssl.keystore.location', 'STRING', null],
  ['ssl.keystore.password', 'PASSWORD', null],
  ['ssl.key.password', 'PASSWORD', null],
  ['ssl.keystore.key', 'PASSWORD', null],
  ['ssl.keystore.certificate.chain', 'PASSWORD', null],
  ['ssl.truststore.certificates', 'PASSWORD', null],
  ['ssl.truststore.type', 'STRING', 'JKS'],
  ['ssl.truststore.location', 'STRING', null],
  ['ssl.truststore.password', 'PASSWORD', null],
  ['ssl.keymanager.algorithm', 'STRING', 'SunX509'],
  ['ssl.trustmanager.algorithm', 'STRING', 'PKIX'],
  ['ssl.endpoint.identification.algorithm', 'STRING', 'https'],
  ['ssl.secure.random.implementation', 'STRING', null],
  ['ssl.engine.factory.class', 'CLASS', null],
]

export const saslKeys: readonly KeyRow[] = [
  ['sasl.kerberos.service.name', 'STRING', null],
  ['sasl.kerberos.kinit.cmd', 'STRING', '/usr/bin/kinit'],
  ['sasl.kerberos.ticket.renew.window.factor', 'DOUBLE', 0.8],
  ['sasl.kerberos.ticket.renew.jitter', 'DOUBLE', 0.05],
  ['sasl.kerberos.min.time.before.relogin', 'LONG', 60_000],
  ['sasl.login.refresh.window.factor', 'DOUBLE', 0.8, Range.between(0.5, 1)],
  ['sasl.login.refresh.window.jitter', 'DOUBLE', 0.05, Range.between(0, 0.25)],
  ['sasl.login.refresh.min.period.seconds', 'SHORT', 60, Range.between(0, 900)],
  ['sasl.login.refresh.buffer.seconds', 'SHORT', 300, Range.between(0, 3600)],
  ['sasl.mechanism', 'STRING', 'GSSAPI'],
  ['sasl.jaas.config', 'PASSWORD', null],
  ['sasl.client.callback.handler.class', 'CLASS', null],
  ['sasl.login.callback.handler.class', 'CLASS', null],
  ['sasl.login.class', 'CLASS', null],
  ['sasl.login.connect.timeout.ms', 'INT', null],
  ['sasl.login.read.timeout.ms', 'INT', null],
  ['sasl.login.retry.backoff.max.ms', 'LONG', 10_000],
  ['sasl.login.retry.backoff.ms', 'LONG', 100],
  ['sasl.oauthbearer.jwt.retriever.class', 'CLASS', 'org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever'],
  ['sasl.oauthbearer.jwt.validator.class', 'CLASS', 'org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator'],
  ['sasl.oauthbearer.scope', 'STRING', null],
  ['sasl.oauthbearer.client.credentials.client.id', 'STRING', null],
  ['sasl.oauthbearer.client.credentials.client.secret', 'PASSWORD', null],
  ['sasl.oauthbearer.assertion.algorithm', 'STRING', 'RS256', CaseInsensitiveValidString.in('ES256', 'RS256')],
  ['sasl.oauthbearer.assertion.claim.aud', 'STRING', null],
  ['sasl.oauthbearer.assertion.claim.exp.seconds', 'INT', 300, Range.between(0, 86_400)],
  ['sasl.oauthbearer.assertion.claim.iss', 'STRING', null],
  ['sasl.oauthbearer.assertion.claim.jti.include', 'BOOLEAN', false],
  ['sasl.oauthbearer.assertion.claim.nbf.seconds', 'INT', 60, Range.between(0, 3600)],
  ['sasl.oauthbearer.assertion.claim.sub', 'STRING', null],
  ['sasl.oauthbearer.assertion.file', 'STRING', null],
  ['sasl.oauthbearer.assertion.private.key.file', 'STRING', null],
  ['sasl.oauthbearer.assertion.private.key.passphrase', 'PASSWORD', null],
  ['sasl.oauthbearer.assertion.template.file', 'STRING', null],
  ['sasl.oauthbearer.scope.claim.name', 'STRING', 'scope'],
  ['sasl.oauthbearer.sub.claim.name', 'STRING', 'sub'],
  ['sasl.oauthbearer.token.endpoint.url', 'STRING', null],
  ['sasl.oauthbearer.jwks.endpoint.url', 'STRING', null],
  ['sasl.oauthbearer.jwks.endpoint.refresh.ms', 'LONG', 3_600_000],
  ['sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms', 'LONG', 10_000],
  ['sasl.oauthbearer.jwks.endpoint.retry.backoff.ms', 'LONG', 100],
  ['sasl.oauthbearer.clock.skew.seconds', 'INT', 30],
  ['sasl.oauthbearer.expected.audience', 'LIST', [], listOfDistinct],
  ['sasl.oauthbearer.expected.issuer', 'STRING', null],
  ['sasl.oauthbearer.header.urlencode', 'BOOLEAN', false],
]
