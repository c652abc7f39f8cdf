/** The converters by class name and alias: `createConverter` is the room's door. */
import type { ConfigDef } from '../data/config-def.ts'
import { ConfigException } from '../data/errors.ts'
import { avroConverter, avroConverterName } from './avro/avro.ts'
import { avroConverterConfigDef } from './avro/config.ts'
import { byteArrayConverter } from './bytes.ts'
import { kafkaConverterConfigDef } from './config.ts'
import { jsonConverter } from './json/json.ts'
import { numberConverters } from './numbers.ts'
import { simpleHeaderConverter } from './simple-header.ts'
import { stringConverter } from './string.ts'
import type { Converter, MakeConverter } from './types.ts'

const prefix = 'org.apache.kafka.connect.'
const makers: Readonly<Record<string, MakeConverter>> = {
  [`${prefix}storage.StringConverter`]: stringConverter,
  [`${prefix}converters.ByteArrayConverter`]: byteArrayConverter,
  [`${prefix}json.JsonConverter`]: jsonConverter,
  [`${prefix}storage.SimpleHeaderConverter`]: simpleHeaderConverter,
  ...numberConverters,
  [avroConverterName]: avroConverter,
}
export const builtInConverters: readonly string[] = Object.keys(makers)
/** Those that Kafka lets stand for a header converter too. */
export const builtInHeaderConverters: readonly string[] = builtInConverters.filter((className) => className !== avroConverterName)

/** Full class, simple name, or simple name without `Converter`. */
export const findConverter = (name: string): string | null =>
  builtInConverters.find((className) => {
    const simple = className.slice(className.lastIndexOf('.') + 1)
    return name === className || name === simple || name === simple.replace(/(Header)?Converter$/, '')
  }) ?? null

/** What `validate` tells about a converter's own keys. */
export const converterConfigDef = (className: string): ConfigDef => (className === avroConverterName ? avroConverterConfigDef() : kafkaConverterConfigDef(className))

export const createConverter = (spec: { readonly className: string; readonly isKey: boolean; readonly config: Readonly<Record<string, string>> }): Converter => {
  const make = makers[findConverter(spec.className) ?? '']
  if (!make) {
    throw new ConfigException(`Invalid value ${spec.className} for a converter: Class ${spec.className} could not be found; built in are ${builtInConverters.join(', ')}`)
  }
  return make(spec.config, spec.isKey)
}
