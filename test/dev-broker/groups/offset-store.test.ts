import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { OffsetStore } from '../../../src/dev-broker/groups/offset-store.ts'

const at = (topic: string, partition: number, offset: number): { topic: string; partition: number; committed: { offset: number; leaderEpoch: number; metadata: string | null } } =>
  ({ topic, partition, committed: { offset, leaderEpoch: -1, metadata: null } })

test('the last commit of a partition counts, also after a restart, which forgets what was superseded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dev-broker-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const store = new OffsetStore(directory)
  store.commit('g', [at('t', 0, 1), at('t', 1, 5)])
  store.commit('g', [at('t', 0, 2)])
  store.commit('other', [at('t', 0, 9)])
  store.delete('g', 't', 1)
  store.deleteTopic('none')
  const again = new OffsetStore(directory)
  expect(again.ofGroup('g')).toEqual([at('t', 0, 2)])
  expect(again.groups).toEqual(['g', 'other'])
  expect((await readFile(join(directory, 'offsets.jsonl'), 'utf8')).trimEnd().split('\n')).toHaveLength(2)
})

test('a torn last line is dropped', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'dev-broker-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  new OffsetStore(directory).commit('g', [at('t', 0, 1)])
  await appendFile(join(directory, 'offsets.jsonl'), '{"group":"g","topic":"t","partition":0,"comm')
  expect(new OffsetStore(directory).ofGroup('g')).toEqual([at('t', 0, 1)])
})
