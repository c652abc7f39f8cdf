/** Header values outlive the converter's buffer, which the next batch writes over. */
import { expect, test } from 'vitest'
import { createConverter } from '../../src/converters/converters.ts'
import type { HeadersColumn } from '../../src/wire/batch.ts'
import { encodeBatch } from '../../src/worker/source-encode.ts'
import { textBatch } from './fakes.ts'

const utf8 = (text: string) => ({ kind: 'utf8', lengths: Int32Array.of(text.length), bytes: Buffer.from(text) }) as const
const withHeader = (value: string) => {
  const headers: HeadersColumn = { counts: Int32Array.of(1), keys: utf8('h'), values: utf8(value), schema: null }
  return { ...textBatch(['v']), headers }
}

test.each(['SimpleHeaderConverter', 'StringConverter', 'JsonConverter'])('the header of a batch is the same after the next batch was converted by %s', async (className) => {
  const header = createConverter({ className, isKey: false, config: { 'schemas.enable': 'false' } })
  const text = createConverter({ className: 'StringConverter', isKey: false, config: {} })
  const pipeline = { converters: { key: text, value: text, header }, chain: null }
  const first = await encodeBatch(withHeader('first'), pipeline)
  const kept = first.headers?.(0)
  await encodeBatch(withHeader('OTHER'), pipeline)
  expect(Buffer.from(kept?.[0]?.value ?? []).toString()).toContain('first')
})
