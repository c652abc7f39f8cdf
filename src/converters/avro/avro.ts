/** io.confluent.connect.avro.AvroConverter: values as Avro whose schemas are in a schema registry. */
import type { MakeConverter } from '../types.ts'
import { AvroColumnReader } from './column-reader.ts'
import { AvroColumnWriter } from './column-writer.ts'
import { avroOptions } from './config.ts'
import { Registry } from './registry.ts'

export const avroConverterName = 'io.confluent.connect.avro.AvroConverter'

export const avroConverter: MakeConverter = (config, isKey) => {
  const options = avroOptions(config, isKey)
  const registry = new Registry(options)
  const writer = new AvroColumnWriter(registry, options)
  const reader = new AvroColumnReader(registry, options)
  return {
    className: avroConverterName,
    fromConnect: (values, topics) => writer.write(values, topics),
    toConnect: (parts, topics, schemas) => reader.read(parts, topics, schemas),
  }
}
