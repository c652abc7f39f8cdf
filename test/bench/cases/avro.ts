/**
 * Structs of ten fields by AvroConverter, from a connector that makes them to a topic and from a topic to a connector that reads every
 * field, with the registry of test/registry. Ours alone: Confluent's converter is in none of the package registries.
 */
import { startRegistry } from '../../registry/registry.ts'
import type { BenchResult } from '../bench.ts'
import { sinkStruct, sourceStruct, type StructOptions } from './struct.ts'

export const avro = async (side: 'source' | 'sink'): Promise<BenchResult> => {
  process.stdout.write("  ours alone: Confluent's converter for Java cannot be had from the package registries\n")
  await using registry = await startRegistry()
  const options: StructOptions = {
    name: `${side}-struct-avro`, oursAlone: true,
    connector: { 'value.converter': 'io.confluent.connect.avro.AvroConverter', 'value.converter.schema.registry.url': registry.url },
  }
  return await (side === 'source' ? sourceStruct : sinkStruct)(options)
}
