/** Standard input and output for guests without a file. */
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { stdio } from '../../src/worker/stdio.ts'

test('reads what is there, at most so many bytes, and null at the end', async () => {
  const input = new PassThrough()
  const streams = stdio(input, new PassThrough())
  const first = streams.read(3)
  input.write('hello')
  expect(Buffer.from((await first) ?? []).toString()).toBe('hel')
  expect(Buffer.from((await streams.read(100)) ?? []).toString()).toBe('lo')
  input.end()
  expect(await streams.read(100)).toBe(null)
  expect(await streams.read(100)).toBe(null)
})

test('writes in order', async () => {
  const output = new PassThrough()
  const streams = stdio(new PassThrough(), output)
  await streams.write('a\n')
  await streams.write('b\n')
  output.end()
  expect(await text(output)).toBe('a\nb\n')
})
