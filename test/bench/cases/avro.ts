/**
 * Structs of ten fields by AvroConverter, from a connector that makes them to a topic and from a topic to a connector that reads every
 * field, both workers with the registry of test/registry. Confluent's converter is in no package registry: Java runs where
 * ISOCONNECT_CONFLUENT_JARS names a folder with its jars, else ours is reported alone.
 */
import { confluentJars } from '../../parity/avro/recorded.ts'
import { startRegistry } from '../../registry/registry.ts'
import type { BenchResult } from '../bench.ts'
import { sinkStruct, sourceStruct, type StructOptions } from './struct.ts'

export const avro = async (side: 'source' | 'sink'): Promise<BenchResult> => {
  if (confluentJars === undefined) process.stdout.write("  ours alone: ISOCONNECT_CONFLUENT_JARS would name a folder with the jars of Confluent's converter\n")
  await using registry = await startRegistry()
  const options: StructOptions = {
    name: `${side}-struct-avro`, oursAlone: confluentJars === undefined, ...(confluentJars === undefined ? {} : { javaPlugins: [confluentJars] }),
    connector: { 'value.converter': 'io.confluent.connect.avro.AvroConverter', 'value.converter.schema.registry.url': registry.url },
  }
  return await (side === 'source' ? sourceStruct : sinkStruct)(options)
}
