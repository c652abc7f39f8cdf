/** Confluent's own converter, whose answers were recorded (test/parity/avro), and ours: the same schema texts, bytes, Connect schemas and values. */
import { expect, test } from 'vitest'
import { handMadeCases, recorded } from '../../parity/avro/recorded.ts'
import { askOurs, avroDifference } from '../../parity/avro/run.ts'

const { write, read } = await recorded()
test('every case by hand has an answer of Confluent’s converter', () => {
  expect([write, read].map((all) => all.map((each) => each.case))).toEqual(JSON.parse(JSON.stringify([handMadeCases.write, handMadeCases.read])))
  expect(write.length + read.length).toBeGreaterThan(400)
})
const differences = async (all: typeof write, form?: 'column'): Promise<readonly string[]> => {
  const ours = await askOurs(all.map((each) => each.case), form)
  return all.map((each, index) => avroDifference(each.case, each.answer, ours[index] ?? {})).filter((each) => each !== null)
}
test('what is written is what Confluent’s converter writes', async () => {
  expect(await differences(write)).toEqual([])
})
test('so it is from packed columns, but for floats without a schema, which cross the wall as doubles', async () => {
  expect(await differences(write.filter((each) => !('schema' in each.case && each.case.schema === null && /\["f32"/.test(JSON.stringify(each.case.value)))), 'column')).toEqual([])
})
test('what is read is what Confluent’s converter reads', async () => {
  expect(await differences(read)).toEqual([])
})
