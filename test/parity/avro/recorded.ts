/**
 * What Confluent's converter answered to the cases by hand, in a file, since its jars are in no package registry. `record.ts` writes it.
 * The answers are those of github.com/confluentinc/schema-registry at 794611bd (August 2026, 8.5 to be), its Apache-licensed modules
 * avro-converter, avro-data, avro-serializer, schema-serializer, schema-converter and client compiled against Kafka 4.3.1 and Avro 1.12.0,
 * unchanged but for one import (Kafka's ByteUtils had not moved yet).
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { avroReadCases } from './read-cases.ts'
import type { AvroAnswer, AvroCase } from './run.ts'
import { avroWriteCases } from './write-cases.ts'

const file = join(import.meta.dirname, 'recorded.json')
export const handMadeCases = { write: avroWriteCases, read: avroReadCases } as const
export type Kind = keyof typeof handMadeCases
export type Recorded = Readonly<Record<Kind, readonly { readonly case: AvroCase; readonly answer: AvroAnswer }[]>>

export const recorded = async (): Promise<Recorded> => JSON.parse(await readFile(file, 'utf8')) as Recorded
export const record = (answers: Recorded): Promise<void> => writeFile(file, textOf(answers))
/** A case a line. */
const textOf = (answers: Recorded): string => `{\n${Object.entries(answers).map(([kind, all]) => `"${kind}":[\n${all.map((each) => JSON.stringify(each)).join(',\n')}\n]`).join(',\n')}\n}\n`
/** The folders of Confluent's jars, as `io.confluent:kafka-connect-avro-converter` and what it needs: for those who have them. */
export const confluentJars = process.env['ISOCONNECT_CONFLUENT_JARS']
