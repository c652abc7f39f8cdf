/** The keys of the Avro converter, Confluent's own: what it asks the registry for and how, and how schemas are turned into each other. */
import { ConfigDef } from '../../data/config-def.ts'
import type { ConfigMap } from '../../data/config-parse.ts'
import type { Validator } from '../../data/config-validators.ts'
import { Password } from '../../data/config-parse.ts'
import { ConfigException } from '../../data/errors.ts'
import type { ConverterConfig } from '../types.ts'
import type { HttpOptions } from './http.ts'
import type { AvroDataOptions } from './options.ts'
import { type SubjectOptions, strategyOf, topicNameStrategy } from './subjects.ts'
import { authorizationOf, tlsOf } from './secrets.ts'

export type AvroConverterOptions = {
  readonly data: AvroDataOptions
  readonly http: HttpOptions
  readonly subject: SubjectOptions
  readonly autoRegisterSchemas: boolean
  readonly useLatestVersion: boolean
  readonly latestCompatibilityStrict: boolean
  readonly idCompatibilityStrict: boolean
  readonly normalizeSchemas: boolean
  readonly useSchemaId: number
  readonly maxSchemasPerSubject: number
  /** Infinity: for ever. */
  readonly latestCacheMs: number
}

const { HIGH, MEDIUM, LOW } = ConfigDef.Importance
const { LIST, STRING, PASSWORD, BOOLEAN, INT, LONG } = ConfigDef.Type
const atLeast = (least: number): Validator => ConfigDef.Range.atLeast(least)

const registryDef = (): ConfigDef =>
  new ConfigDef()
    .define('schema.registry.url', LIST, HIGH, 'URLs of the schema registry, separated by commas: the next is asked where one does not answer. A URL may hold the user: http://user:password@host:port')
    .define('auto.register.schemas', BOOLEAN, true, MEDIUM, 'Register the schema of a value under its subject when it is not there yet')
    .define('use.latest.version', BOOLEAN, false, LOW, "Write with the latest version of the subject in place of the value's own schema. Only applies when auto.register.schemas is false")
    .define('latest.compatibility.strict', BOOLEAN, true, LOW, "With use.latest.version: refuse a value whose schema the subject's latest version cannot read. When false, its fields are written by position")
    .define('use.schema.id', INT, -1, LOW, 'Write with the schema of this id. Only applies when auto.register.schemas is false; -1 for none')
    .define('id.compatibility.strict', BOOLEAN, true, LOW, 'With use.schema.id: refuse a value whose schema that one cannot read. When false, its fields are written by position')
    .define('normalize.schemas', BOOLEAN, false, MEDIUM, 'Ask the registry to normalise schemas when they are registered or looked up')
    .define('key.subject.name.strategy', STRING, topicNameStrategy, MEDIUM, 'How the subject of a key schema is named: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy')
    .define('value.subject.name.strategy', STRING, topicNameStrategy, MEDIUM, 'How the subject of a value schema is named: TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy')
    .define('max.schemas.per.subject', INT, 1000, atLeast(1), LOW, 'How many schemas and ids are kept for each subject')
    .define('latest.cache.ttl.sec', LONG, -1, LOW, 'How long a latest version is believed to be the latest, in seconds; -1 for ever')
    .define('basic.auth.credentials.source', STRING, 'URL', MEDIUM, 'Where user and password are: URL (in schema.registry.url), USER_INFO (in basic.auth.user.info) or SASL_INHERIT (in sasl.jaas.config)')
    .define('basic.auth.user.info', PASSWORD, '', MEDIUM, 'user:password, for the source USER_INFO')
    .define('schema.registry.basic.auth.user.info', PASSWORD, '', MEDIUM, 'Old name of basic.auth.user.info')
    .define('bearer.auth.credentials.source', STRING, 'STATIC_TOKEN', MEDIUM, 'Where the bearer token is: STATIC_TOKEN (in bearer.auth.token)')
    .define('bearer.auth.token', PASSWORD, '', MEDIUM, 'Token to send to the registry')
    .define('http.connect.timeout.ms', INT, 60_000, atLeast(1), LOW, 'How long a connection to the registry may take')
    .define('http.read.timeout.ms', INT, 60_000, atLeast(1), LOW, 'How long an answer of the registry may take')
    .define('max.retries', INT, 3, atLeast(0), LOW, 'How often a failed request is repeated')
    .define('retries.wait.ms', INT, 1000, atLeast(0), LOW, 'The longest wait before the first repetition; it doubles with each')
    .define('retries.max.wait.ms', INT, 20_000, atLeast(0), LOW, 'The longest wait before any repetition')
const tlsDef = (def: ConfigDef): ConfigDef =>
  def
    .define('schema.registry.ssl.truststore.type', STRING, null, MEDIUM, 'JKS, PKCS12 or PEM; by default what the file is')
    .define('schema.registry.ssl.truststore.location', STRING, null, HIGH, 'File with the certificates the registry is trusted by')
    .define('schema.registry.ssl.truststore.password', PASSWORD, null, HIGH, 'Password of a JKS or PKCS12 trust store')
    .define('schema.registry.ssl.truststore.certificates', PASSWORD, null, HIGH, 'The certificates themselves, as PEM text')
    .define('schema.registry.ssl.keystore.type', STRING, null, MEDIUM, 'JKS, PKCS12 or PEM; by default what the file is')
    .define('schema.registry.ssl.keystore.location', STRING, null, HIGH, 'File with the key and the certificate to show the registry')
    .define('schema.registry.ssl.keystore.password', PASSWORD, null, HIGH, 'Password of a JKS or PKCS12 key store')
    .define('schema.registry.ssl.keystore.key', PASSWORD, null, HIGH, 'The private key itself, as PEM text')
    .define('schema.registry.ssl.keystore.certificate.chain', PASSWORD, null, HIGH, 'The certificates to show, as PEM text')
    .define('schema.registry.ssl.key.password', PASSWORD, null, HIGH, 'Password of the private key')
    .define('schema.registry.ssl.enabled.protocols', LIST, 'TLSv1.2,TLSv1.3', MEDIUM, 'Versions of TLS that are spoken')
    .define('schema.registry.ssl.cipher.suites', LIST, null, LOW, 'Cipher suites that are accepted; by default those of the platform')
    .define('schema.registry.ssl.endpoint.identification.algorithm', STRING, 'https', LOW, 'Empty: the host name of the registry is not checked')
const dataDef = (def: ConfigDef): ConfigDef =>
  def
    .define('generalized.sum.type.support', BOOLEAN, false, MEDIUM, 'Hold enums and unions the way other schema formats do too')
    .define('ignore.default.for.nullables', BOOLEAN, false, MEDIUM, 'Write null, not the default, where a nullable field is null')
    .define('schemas.cache.config', INT, 1000, atLeast(1), LOW, 'How many converted schemas are kept')
    .define('enhanced.avro.schema.support', BOOLEAN, false, MEDIUM, 'Keep the symbols of enums and the namespaces of union members')
    .define('scrub.invalid.names', BOOLEAN, false, MEDIUM, 'Replace characters that Avro does not allow in names')
    .define('connect.meta.data', BOOLEAN, true, LOW, 'Write what Avro cannot say about a Connect schema into connect.* properties')
    .define('discard.type.doc.default', BOOLEAN, false, LOW, 'Keep only the docs and defaults of fields')
    .define('allow.optional.map.keys', BOOLEAN, false, LOW, 'Write maps whose keys are optional strings as Avro maps')
    .define('flatten.singleton.unions', BOOLEAN, true, LOW, 'Read a union of one type as that type')

export const avroConverterConfigDef = (): ConfigDef => dataDef(tlsDef(registryDef()))

/** Throws a ConfigException. */
export const avroOptions = (config: ConverterConfig, isKey: boolean): AvroConverterOptions => {
  const parsed = avroConverterConfigDef().parse(config)
  const flag = (name: string): boolean => parsed[name] === true
  const number = (name: string): number => Number(parsed[name])
  const strategyKey = isKey ? 'key.subject.name.strategy' : 'value.subject.name.strategy'
  const latestSeconds = number('latest.cache.ttl.sec')
  return {
    data: {
      enhancedAvroSchemaSupport: flag('enhanced.avro.schema.support'),
      scrubInvalidNames: flag('scrub.invalid.names'),
      connectMetaData: flag('connect.meta.data'),
      discardTypeDocDefault: flag('discard.type.doc.default'),
      allowOptionalMapKeys: flag('allow.optional.map.keys'),
      flattenSingletonUnions: flag('flatten.singleton.unions'),
      generalizedSumTypeSupport: flag('generalized.sum.type.support'),
      ignoreDefaultForNullables: flag('ignore.default.for.nullables'),
      schemasCacheSize: number('schemas.cache.config'),
    },
    http: httpOptions(parsed, config),
    subject: { strategy: strategyOf(strategyKey, String(parsed[strategyKey])), isKey },
    autoRegisterSchemas: flag('auto.register.schemas'),
    useLatestVersion: flag('use.latest.version'),
    latestCompatibilityStrict: flag('latest.compatibility.strict'),
    idCompatibilityStrict: flag('id.compatibility.strict'),
    normalizeSchemas: flag('normalize.schemas'),
    useSchemaId: number('use.schema.id'),
    maxSchemasPerSubject: number('max.schemas.per.subject'),
    latestCacheMs: latestSeconds < 0 ? Infinity : latestSeconds * 1000,
  }
}

const httpOptions = (parsed: ConfigMap, config: ConverterConfig): HttpOptions => {
  const given = (parsed['schema.registry.url'] as readonly string[]).filter((url) => url !== '')
  if (given.length === 0) throw new ConfigException('schema.registry.url', '', 'at least one URL is needed')
  const urls = given.map((text) => {
    const url = URL.parse(text)
    // the text may hold a user and a password
    if (url === null || !/^https?:$/.test(url.protocol)) throw new ConfigException('schema.registry.url', text.includes('@') ? '[hidden]' : text, 'not a URL of the form http://host:port or https://host:port')
    return url
  })
  const secret = (name: string): string | null => {
    const value = parsed[name]
    return value instanceof Password ? value.value() : typeof value === 'string' ? value : null
  }
  const saslJaas = config['sasl.jaas.config'] ?? null
  return {
    urls,
    authorization: authorizationOf({
      basicSource: String(parsed['basic.auth.credentials.source']),
      userInfo: secret('basic.auth.user.info') || secret('schema.registry.basic.auth.user.info') || '',
      bearerSource: String(parsed['bearer.auth.credentials.source']),
      bearerGiven: config['bearer.auth.credentials.source'] !== undefined,
      token: secret('bearer.auth.token') ?? '',
      saslJaas,
      urls,
    }),
    tls: tlsOf(config),
    connectTimeoutMs: Number(parsed['http.connect.timeout.ms']),
    readTimeoutMs: Number(parsed['http.read.timeout.ms']),
    maxRetries: Number(parsed['max.retries']),
    retryWaitMs: Number(parsed['retries.wait.ms']),
    retryMaxWaitMs: Number(parsed['retries.max.wait.ms']),
  }
}
