/** The same connectors on a Java worker and on ours, beside one broker: the topics that sources fill, record by record, and what sinks are given of them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { setLogWriter } from '../../../src/log.ts'
import { testKafka, type TestKafka, uniqueName } from '../../integration/helpers/kafka.ts'
import { testFolder, type TestFolder, testWorker, type TestWorker } from '../../integration/helpers/standalone.ts'
import { testTopics } from '../../integration/helpers/topics.ts'
import type { Config, TaggedRecord } from '../../parity/cases.ts'
import { type JavaConnect, startJavaConnect } from '../java-connect.ts'
import { chain, converters } from './configurations.ts'
import { partitions, records, withoutBareNumbers } from './corpus.ts'
import { javaPipelinePlugins, ourPipelinePlugins } from './plugins.ts'
import { bothRefused, failuresIn, lastCauseOf, type Outcome, outcomeOf, type Side, storedIn, type StoredRecord } from './running.ts'
import { differencePut, type PutRecord, sameFailure, sameStored } from './same.ts'

/** Others to look for more: each seed draws other pipelines. */
const seed = Number(process.env['ISOCONNECT_PIPELINES_SEED'] ?? 7)
const [pipelines, recordsEach, timeoutMs] = [24, 30, 60_000]
const startedMs = Date.now()
const unique = uniqueName('p')
const logged = { 'tasks.max': '1', 'errors.log.enable': 'true', 'errors.log.include.messages': 'true' }

type Source = { readonly n: number; readonly corpus: readonly TaggedRecord[]; readonly config: Config; readonly tolerance: string }
/** Each has the last word on its topics, so that no two of them meet. */
const last = { type: 'org.apache.kafka.connect.transforms.RegexRouter', regex: '(.*)', replacement: 'NAME.$1' }
const drawn = fc.sample(fc.tuple(converters, fc.nat(9).chain((dice) => chain(last, dice < 2))), { seed, numRuns: pipelines })
const sources: readonly Source[] = drawn.map(([first, second], n) => ({ n, corpus: withoutBareNumbers(records(seed * 1000 + n, recordsEach), first), config: { ...first, ...second }, tolerance: n % 5 === 4 ? 'none' : 'all' }))

let [workDir, ourLog] = ['', '']
let kafka: TestKafka
let java: JavaConnect
let folder: TestFolder
let worker: TestWorker
let restore: (text: string) => void
let theirs: Side
let mine: Side
beforeAll(async () => {
  restore = setLogWriter((text) => void (ourLog += text))
  workDir = await mkdtemp(join(tmpdir(), 'isoconnect-pipelines-'))
  await mkdir(join(workDir, 'records'))
  for (const { n, corpus } of sources) await writeFile(join(workDir, 'records', `${n}.json`), JSON.stringify(corpus))
  kafka = await testKafka()
  folder = await testFolder()
  await ourPipelinePlugins(folder)
  const properties = { 'offset.flush.interval.ms': '300' }
  java = await startJavaConnect({ bootstrap: kafka.bootstrap, workDir, properties: { ...properties, 'plugin.path': await javaPipelinePlugins(workDir) } })
  worker = await testWorker(folder, kafka, properties)
  await worker.ready
  theirs = { name: `${unique}-java`, rest: `${java.restUrl}/`, log: () => readFile(java.logFile, 'utf8') }
  mine = { name: `${unique}-ours`, rest: worker.advertisedUrl, log: () => Promise.resolve(ourLog) }
}, 240_000)
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]()
  await folder?.[Symbol.asyncDispose]()
  await java?.close()
  await kafka?.close()
  await rm(workDir, { recursive: true, force: true })
  setLogWriter(restore)
})

/** On both workers, a few at a time. */
const both = async <T>(all: readonly T[], configOf: (one: T, name: string) => Config, nameOf: (one: T, side: Side) => string): Promise<readonly (readonly [java: Outcome, ours: Outcome])[]> => {
  const outcomes: (readonly [Outcome, Outcome])[] = []
  const rest = all.entries()
  const run = (one: T, side: Side): Promise<Outcome> => {
    const name = nameOf(one, side)
    return outcomeOf(side, { name, records: '', done: join(workDir, `${name}.done`), ...logged, ...configOf(one, name) }, timeoutMs)
  }
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const [index, one] of rest) outcomes[index] = await Promise.all([run(one, theirs), run(one, mine)])
  }))
  return outcomes
}
const nameOf = ({ n }: Source, side: Side): string => `${side.name}-${n}`
/** What both have stored, without their names, and with `startedMs` for the time at which it was sent. */
const storedBy = async (side: Side, kind = ''): Promise<readonly StoredRecord[]> =>
  (await storedIn(kafka.bootstrap, `${side.name}${kind}-`, uniqueName('read'))).map((record) => ({ ...record, timestamp: record.timestamp >= startedMs ? startedMs : record.timestamp }))
const withoutName = (record: StoredRecord, name: string): StoredRecord => ({ ...record, topic: record.topic.replace(name, 'NAME') })

let javaTopics: readonly StoredRecord[] = []
test('what sources send is in the topics as Java Connect writes it, or is dropped for the same reason', { timeout: 240_000 }, async () => {
  const outcomes = await both(sources, ({ n, config, tolerance }, name) => ({
    'connector.class': 'PipelineSource', records: join(workDir, 'records', `${n}.json`), 'batch.size': String([1, 7, 100][n % 3]), 'errors.tolerance': tolerance, 'topic.creation.default.replication.factor': '1',
    'topic.creation.default.partitions': String(partitions), 'topic.creation.default.retention.ms': '-1', ...Object.fromEntries(Object.entries(config).map(([key, value]) => [key, value.replace('NAME', name)])),
  }), nameOf)
  const [javaStored, ourStored, javaLog, ourText] = await Promise.all([storedBy(theirs), storedBy(mine), theirs.log(), mine.log()])
  javaTopics = javaStored
  let failed = 0
  const differ: unknown[] = []
  for (const [index, source] of sources.entries()) {
    const [theirName, ourName] = [nameOf(source, theirs), nameOf(source, mine)]
    const [one, other] = outcomes[index] ?? []
    const [left, right] = [[javaStored, theirName] as const, [ourStored, ourName] as const].map(([all, name]) => all.filter(({ topic }) => topic.startsWith(`${name}.`)).map((record) => withoutName(record, name)))
    const [told, tells] = [failuresIn(javaLog, theirName), failuresIn(ourText, ourName)]
    if (bothRefused(one, other)) continue
    if (one && other && 'failed' in one && 'failed' in other) {
      failed++
      if (!sameFailure({ at: '', error: lastCauseOf(one.failed) ?? null }, { at: '', error: lastCauseOf(other.failed) ?? null }) || left?.length !== right?.length) differ.push([source.config, one.failed, other.failed, left, right])
      continue
    }
    if (!one || !other || !('done' in one) || !('done' in other)) {
      differ.push([source.config, one, other])
      continue
    }
    const [places, ours] = [one.done, other.done].map((done) => JSON.parse(done.split('\n')[0] ?? '') as readonly Place[])
    for (const [row, record] of source.corpus.entries()) {
      const [stored, mineStored] = [foundAt(left ?? [], places?.[row], theirName), foundAt(right ?? [], ours?.[row], ourName)]
      if (!sameStored(stored, mineStored, record.partition !== null) || !sameFailure(told.get(String(row)), tells.get(String(row)))) differ.push([source.config, record, stored, mineStored, told.get(String(row)), tells.get(String(row))])
      if ((places?.[row]?.[3] ?? 0) < startedMs && places?.[row]?.[3] !== ours?.[row]?.[3]) differ.push([source.config, row, 'commitRecord', places?.[row], ours?.[row]])
    }
  }
  expect(differ).toEqual([])
  // it has had something to look at
  expect(javaStored.length).toBeGreaterThan(100)
  expect(failed).toBeGreaterThan(0)
})
/** What `commitRecord` hears: topic, partition, offset, timestamp; null for a dropped record. */
type Place = readonly [string, number, number, number] | null
const foundAt = (stored: readonly StoredRecord[], place: Place | undefined, name: string): StoredRecord | null => {
  if (!place) return null
  const [topic, partition, offset] = place
  return stored.find((record) => record.topic === topic.replace(name, 'NAME') && record.partition === partition && record.offset === offset) ?? expect.fail(`nothing at ${JSON.stringify(place)}`)
}

test('what sinks are given of these topics is what Java Connect gives, and so are the dead letters', { timeout: 240_000 }, async () => {
  const others = fc.sample(fc.tuple(converters, fc.nat(9), chain()), { seed: seed + 1, numRuns: pipelines })
  const recordsOf = (source: Source): readonly StoredRecord[] => javaTopics.filter(({ topic }) => topic.startsWith(`${nameOf(source, theirs)}.`))
  const sinks = sources.filter((source) => recordsOf(source).length > 0)
  const sinkName = ({ n }: Source, side: Side): string => `${side.name}-sink-${n}`
  // letters keep the timestamps of their records, and old ones would soon be deleted
  await using topics = await testTopics(kafka.bootstrap)
  for (const side of [theirs, mine]) await Promise.all(sinks.map((source) => topics.create(`${sinkName(source, side)}-letters`, 1, { 'retention.ms': '-1' })))
  const outcomes = await both(sinks, (source, name) => {
    const [converter, dice, transforms] = others[source.n] ?? expect.fail('not drawn')
    const own = dice < 6 ? (drawn[source.n]?.[0] ?? {}) : converter
    return {
      'connector.class': 'PipelineSink', topics: [...new Set(recordsOf(source).map(({ topic }) => topic))].join(','), expect: String(recordsOf(source).length), 'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.name': `${name}-letters`, 'errors.deadletterqueue.topic.replication.factor': '1', 'errors.deadletterqueue.context.headers.enable': 'true', ...own, ...transforms,
    }
  }, sinkName)
  const [javaLetters, ourLetters, javaLog, ourText] = await Promise.all([storedBy(theirs, '-sink'), storedBy(mine, '-sink'), theirs.log(), mine.log()])
  let given = 0
  const differ: unknown[] = []
  for (const [index, source] of sinks.entries()) {
    const [one, other] = outcomes[index] ?? []
    if (one && other && 'failed' in one && 'failed' in other && sameFailure({ at: '', error: lastCauseOf(one.failed) ?? null }, { at: '', error: lastCauseOf(other.failed) ?? null })) continue
    if (bothRefused(one, other)) continue
    if (!one || !other || !('done' in one) || !('done' in other)) {
      differ.push([source.n, one, other])
      continue
    }
    const [left, right] = [putBy(one.done), putBy(other.done)]
    const [told, tells] = [failuresIn(javaLog, sinkName(source, theirs)), failuresIn(ourText, sinkName(source, mine))]
    for (const key of new Set([...left.keys(), ...right.keys(), ...told.keys(), ...tells.keys()])) {
      const [theirPut, ourPut] = [left.get(key), right.get(key)]
      if (!sameFailure(told.get(key), tells.get(key))) differ.push([source.n, key, told.get(key), tells.get(key)])
      if (theirPut && ourPut) given++
      const difference = theirPut && ourPut ? differencePut(theirPut, ourPut) : theirPut !== ourPut ? [theirPut, ourPut] : null
      if (difference !== null) differ.push([source.n, key, difference])
    }
    const [letters, ourOnes] = [lettersOf(javaLetters, sinkName(source, theirs)), lettersOf(ourLetters, sinkName(source, mine))]
    expect([...ourOnes.keys()].toSorted()).toEqual([...letters.keys()].toSorted())
    for (const [key, letter] of letters) if (!sameStored(letter, ourOnes.get(key) ?? null, true)) differ.push([source.n, letter, ourOnes.get(key)])
  }
  expect(differ).toEqual([])
  expect(given).toBeGreaterThan(30)
  expect(javaLetters.length).toBeGreaterThan(20)
})
/** By where each came from. */
const putBy = (lines: string): ReadonlyMap<string, PutRecord> => new Map(lines.split('\n').filter((line) => line.startsWith('{')).map((line) => {
  const record = JSON.parse(line) as PutRecord
  return [`${String(record['originalTopic'])}-${String(record['originalPartition'])}-${String(record['originalOffset'])}`, record]
}))
const context = '__connect.errors.'
/** By where each came from; without traces, and without the messages of exceptions that are the JVM's own. */
const lettersOf = (all: readonly StoredRecord[], name: string): ReadonlyMap<string, StoredRecord> => new Map(all.filter(({ topic }) => topic === `${name}-letters`).map((letter) => {
  const of = new Map(letter.headers)
  const isOwn = of.get(`${context}exception.class.name`)?.startsWith('java.') === true
  const hidden = (key: string): boolean => key === `${context}exception.stacktrace` || (isOwn && key === `${context}exception.message`)
  return [['topic', 'partition', 'offset'].map((part) => of.get(`${context}${part}`)).join('-'), {
    ...letter, topic: '', headers: letter.headers.map(([key, value]) => [key, hidden(key) ? '' : value === name ? 'NAME' : value] as const),
  }]
}))
