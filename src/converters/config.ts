/** The configurations of Kafka's converters, as REST validation and the converters themselves see them (contract: data model §3, §4). */
import { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import type { ConverterConfig } from './types.ts'

const prefix = 'org.apache.kafka.connect.'

const baseDef = (): ConfigDef =>
  new ConfigDef().define('converter.type', ConfigDef.Type.STRING, ConfigDef.NO_DEFAULT_VALUE, ConfigDef.ValidString.in('key', 'value', 'header'), ConfigDef.Importance.LOW, 'What the converter is for: keys, values or headers.')

const { BOOLEAN, INT, STRING } = ConfigDef.Type
const { HIGH, LOW } = ConfigDef.Importance
const { MEDIUM } = ConfigDef.Width
const jsonDef = baseDef()
  .define('schemas.enable', BOOLEAN, true, HIGH, 'Whether each key and value carries its schema along, in an envelope.', 'Schemas', 0, MEDIUM, 'Enable Schemas')
  .define('schemas.cache.size', INT, 1000, HIGH, 'How many schemas this converter keeps to use again.', 'Schemas', 1, MEDIUM, 'Schema Cache Size')
  .define('schema.content', STRING, null, HIGH, "The schema of all messages that are read, in the notation of the envelope; messages are then read without envelopes. Needs 'schemas.enable=true', and changes nothing for source connectors.", 'Schemas', 2, MEDIUM, 'Schema Content')
  .define('decimal.format', STRING, 'BASE64', ConfigDef.CaseInsensitiveValidString.in('BASE64', 'NUMERIC'), LOW, "How decimals are written: 'BASE64' (the default) or 'NUMERIC', in any case.", 'Serialization', 0, MEDIUM, 'Decimal Format')
  .define('replace.null.with.default', BOOLEAN, true, LOW, 'Whether a null in a field that has a default is replaced by that default; otherwise it stays null.', 'Serialization', 1, MEDIUM, 'Replace null with default')
const stringDef = baseDef().define('converter.encoding', STRING, 'UTF-8', HIGH, 'The Java character set in which strings are written and read.', null, -1, MEDIUM, 'Encoding')
const plainDef = baseDef()
const noDef = new ConfigDef()

export const kafkaConverterConfigDef = (className: string): ConfigDef => {
  switch (className) {
    case `${prefix}json.JsonConverter`:
      return jsonDef
    case `${prefix}storage.StringConverter`:
      return stringDef
    case `${prefix}storage.SimpleHeaderConverter`:
      return noDef
    default:
      return plainDef
  }
}

/** Throws a ConfigException for the first wrong key. What a header converter is for makes no difference to it. */
export const parsedConfig = (className: string, config: ConverterConfig, isKey: boolean): ConfigMap => kafkaConverterConfigDef(className).parse({ 'converter.type': isKey ? 'key' : 'value', ...config })
