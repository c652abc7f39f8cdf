/** What is said of a fetched record that failed: the right part of it, in hex, and the setting that would read it. */
import { expect, test } from 'vitest'
import type { RecordColumns } from '../../src/kafka/types.ts'
import { failureOf } from '../../src/worker/fetched-records.ts'
import type { RowFailure } from '../../src/worker/source-encode.ts'
import { recordColumns } from './fakes.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const part = (value: string): RecordColumns => recordColumns({ topic: 't', partition: 2 }, 40, [value])
const failed = (stage: RowFailure['stage'], more: Partial<RowFailure> = {}): Omit<RowFailure, 'row'> => ({ stage, className: json, error: new Error('no'), ...more })
const hint = (fetched: RecordColumns, failure: Omit<RowFailure, 'row'>, readsEnvelopes = true): string | null => failureOf({ part: fetched, index: 0 }, failure, readsEnvelopes).hint?.(true) ?? null

test('a value', () => {
  expect(hint(part('hello'), failed('VALUE_CONVERTER'))).toBe('The value begins with 68 65 6c 6c 6f (5 bytes) and looks like plain text: value.converter=org.apache.kafka.connect.storage.StringConverter reads it.')
  expect(failureOf({ part: part('hello'), index: 0 }, failed('VALUE_CONVERTER')).record(false)).toBe("consumed record is {topic='t', partition=2, offset=40, timestamp=1000, timestampType=CreateTime}")
})
test('a key that is null has nothing to show', () => {
  expect(hint(part('hello'), failed('KEY_CONVERTER'))).toBe(null)
})
test('the header that failed, by its name, not the first one', () => {
  const data = Buffer.from('aok bx-1')
  const headers = { counts: Int32Array.of(2), keyStart: Int32Array.of(0, 4), keyEnd: Int32Array.of(1, 5), valueStart: Int32Array.of(1, 5), valueEnd: Int32Array.of(3, 8) }
  const fetched: RecordColumns = { ...part(''), data, headers }
  expect(hint(fetched, failed('HEADER_CONVERTER', { header: 1 }))).toContain("The header 'b' begins with 78 2d 31 (3 bytes) and looks like plain text: header.converter=")
})
test('an envelope that the converter took for data explains why a transformation or a put found nothing', () => {
  const envelope = '{"schema":{"type":"int32"},"payload":1}'
  for (const stage of ['TRANSFORMATION', 'TASK_PUT'] as const) {
    expect(hint(part(envelope), failed(stage), false)).toContain('JSON with a schema envelope: value.converter=org.apache.kafka.connect.json.JsonConverter with value.converter.schemas.enable=true reads it.')
    expect(hint(part(envelope), failed(stage), true)).toBe(null)
    expect(hint(part('{"a":1}'), failed(stage), false)).toBe(null)
  }
})
