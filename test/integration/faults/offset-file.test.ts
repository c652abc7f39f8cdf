/** The offset file: a disk that is full for a while, and files that are not ours to overwrite. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestKafka, testKafka, uniqueName } from '../helpers/kafka.ts'
import { type TestFolder, testFolder } from '../helpers/standalone.ts'
import { sourceOf, total, writeInput } from './bed.ts'
import { examine } from './lines.ts'
import { limitFiles, startWorker } from './processes.ts'
import { type Outsider, outsider } from './topic.ts'

let kafka: TestKafka
let topics: Outsider
let input: TestFolder
beforeAll(async () => {
  kafka = await testKafka()
  topics = outsider(kafka.bootstrap)
  input = await testFolder()
  await writeInput(input)
})
afterAll(async () => {
  await topics?.[Symbol.asyncDispose]()
  await input?.[Symbol.asyncDispose]()
  await kafka?.close()
})

const complaints = (output: string): number => output.split('Failed to flush offsets to storage').length - 1

test('with no room for the offset file lines go on, the log says why, and the file stays whole; with room again nothing comes twice', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('full-disk')
  await topics.create(topic)
  const connectors = [sourceOf(input, topic)]
  {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await worker.until('offsets are stored', () => readFile(folder.file('offsets')).catch(() => null), (bytes) => bytes !== null)
    await limitFiles(worker.pid, 16)
    await worker.until('it is complained of', () => Promise.resolve(complaints(worker.output)), (seen) => seen > 1)
    const stored = await readFile(folder.file('offsets'))
    const written = await topics.written(topic)
    expect(written).toBeLessThan(total)
    await worker.until('lines go on', () => topics.written(topic), (seen) => seen > written)
    expect(await readFile(folder.file('offsets'))).toEqual(stored)
    expect(worker.output).toMatch(new RegExp(`Cannot write the offset file '.*${basename(folder.path)}/offsets': .*EFBIG.*not full`))
    expect(await worker.status(connectors[0]?.name ?? '')).toMatchObject({ tasks: [{ state: 'RUNNING' }] })
    await limitFiles(worker.pid, 'unlimited')
    await worker.until('offsets are stored again', () => readFile(folder.file('offsets')), (bytes) => !bytes.equals(stored))
    expect(await worker.stop()).toBe(0)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await worker.until('all is in the topic', () => topics.written(topic), (seen) => seen >= total)
  expect(await worker.stop()).toBe(0)
  expect(examine(await topics.read(topic), total, 'input')).toEqual({ distinct: total, duplicates: 0, rewinds: 0, torn: 0, problems: [] })
})

test('killed while the disk is full, the next worker goes on from the offsets that were stored: lines come twice, none is missing', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('full-disk-kill')
  await topics.create(topic)
  const connectors = [sourceOf(input, topic)]
  {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await worker.until('offsets are stored', () => readFile(folder.file('offsets')).catch(() => null), (bytes) => bytes !== null)
    await limitFiles(worker.pid, 16)
    await worker.until('it is complained of', () => Promise.resolve(complaints(worker.output)), (seen) => seen > 1)
    await worker.kill()
    expect(await topics.written(topic)).toBeLessThan(total)
  }
  await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
  await worker.until('all is in the topic', async () => examine(await topics.read(topic), total, 'input').distinct, (seen) => seen === total)
  expect(await worker.stop()).toBe(0)
  const arrived = examine(await topics.read(topic), total, 'input')
  expect(arrived).toMatchObject({ rewinds: 1, problems: [] })
})

test('a truncated, damaged or foreign offset file ends the start with 3, its name and what to do, and stays as it was', async () => {
  await using folder = await testFolder()
  const topic = uniqueName('offset-file')
  await topics.create(topic)
  const connectors = [sourceOf(input, topic)]
  {
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    await worker.until('offsets are stored', () => readFile(folder.file('offsets')).catch(() => null), (bytes) => bytes !== null)
    expect(await worker.stop()).toBe(0)
  }
  const whole = await readFile(folder.file('offsets'))
  const damaged = Buffer.from(whole)
  damaged.fill(0xff, 40, 60)
  const cases = {
    truncated: whole.subarray(0, whole.length - 3),
    damaged,
    'another Java object': Buffer.from('aced00057372000e6a6176612e6c616e672e4c6f6e673b8be490cc8f23df0200014a000576616c7565787200106a6176612e6c616e672e4e756d62657286ac951d0b94e08b020000787000000000000000ff', 'hex'),
    'a text': Buffer.from('{"file":"in.txt","position":42}\n'),
  }
  const before = await topics.written(topic)
  for (const [what, bytes] of Object.entries(cases)) {
    await writeFile(folder.file('offsets'), bytes)
    await using worker = await startWorker(folder, { bootstrap: kafka.bootstrap, connectors })
    expect(await worker.ended, `${what}:\n${worker.output}`).toBe(3)
    expect(worker.output, what).toMatch(new RegExp(`Cannot use the offset file '.*${basename(folder.path)}/offsets': .*left as it is.*restore it from a copy, or move it away`))
    expect(await readFile(folder.file('offsets'))).toEqual(Buffer.from(bytes))
    expect((await readdir(folder.path)).filter((name) => name.startsWith('offsets'))).toEqual(['offsets'])
  }
  // nothing was read from the beginning meanwhile
  expect(await topics.written(topic)).toBe(before)
})
