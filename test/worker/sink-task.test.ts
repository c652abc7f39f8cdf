/** The sink loop with a fake cell and consumer: delivery, commits, redelivery, pauses, rewinds, rebalances and ends. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { TopicPartitionOffset } from '../../src/wire/guest-api.ts'
import type { SinkBatch } from '../../src/wire/batch.ts'
import { toText } from '../../src/wire/transcode.ts'
import { ThreadHost } from '../../src/worker/host.ts'
import { connectorSpec, fakeDeps, guestError, GuestFailure, type Script, taskSpec } from './fakes.ts'

const traits = { commit: false, commitRecord: false, preCommit: false, flush: false }
const p0 = { topic: 't', partition: 0 }
const p1 = { topic: 't', partition: 1 }

const valuesOf = (batch: SinkBatch | null): string[] => {
  if (batch === null || batch.value.kind !== 'utf8') return []
  const { text, lengths } = toText(batch.value)
  let at = 0
  return Array.from(lengths, (length) => (length < 0 ? 'null' : text.substring(at, (at += length))))
}
type Options = { readonly config?: Record<string, string>; readonly script?: Script; readonly spec?: Partial<Parameters<typeof taskSpec>[1]>; readonly onPut?: (values: string[]) => unknown }
const start = async ({ config = {}, script = {}, spec = {}, onPut }: Options = {}) => {
  const puts: string[][] = []
  const guest: Script = {
    start: () => traits,
    put: (async (batch: SinkBatch | null) => {
      const values = valuesOf(batch)
      puts.push(values)
      await onPut?.(values)
    }) as never,
    ...script,
  }
  const world = fakeDeps({ sink: guest })
  const host = new ThreadHost(world.deps)
  host.startTask(taskSpec(connectorSpec('sink', { topics: 't', ...config }), spec))
  await world.until(() => world.consumers[0]?.listener != null || world.events.some((event) => event.includes('FAILED')))
  const consumer = world.consumers[0] ?? expect.fail('no consumer')
  const handlers = () => world.cells[0]?.guests[0]?.options.handlers ?? expect.fail('no guest')
  return { ...world, host, consumer, puts, handlers, stop: () => host.stopTasks([{ connector: 'X', task: 0 }]), full: () => puts.filter((values) => values.length > 0) }
}

test('records arrive in order; a stop commits what was taken, closes and stops the task', async () => {
  const { consumer, full, until, stop, events, cells } = await start()
  await consumer.assigned([p0])
  consumer.produce(p0, ['a', 'b', null, 'ü'])
  await until(() => full().length === 1)
  expect(full()).toEqual([['a', 'b', 'null', 'ü']])
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(4)
  expect(cells[0]?.calls.slice(0, 3)).toEqual(['0.start', '0.open', '0.put'])
  expect(cells[0]?.calls.slice(-2)).toEqual(['0.close', '0.stop'])
  expect(events).toEqual(['X-0 RUNNING 1.0', 'topic t', 'X-0 UNASSIGNED null'])
  expect(consumer.closed).toBe(true)
})

test('while a put runs the next records are fetched and decoded, and delivered right after it', async () => {
  const gate = Promise.withResolvers<void>()
  const { consumer, full, until, stop } = await start({ onPut: (values) => (values[0] === 'a' ? gate.promise : undefined) })
  await consumer.assigned([p0])
  consumer.maxRecords = 1
  consumer.produce(p0, ['a', 'b', 'c'])
  await until(() => full().length === 1)
  expect(await consumer.position(p0)).toBe(2)
  gate.resolve()
  await until(() => full().length === 3)
  expect(full()).toEqual([['a'], ['b'], ['c']])
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(3)
})

test('what is fetched ahead is decoded when the batch before it has left for the cell, and not sooner', async () => {
  const [taken, sent, polled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const { consumer, cells, full, until, stop, events } = await start({
    config: { topics: 't,u' },
    onPut: ([first]) => {
      if (first !== 'a') return undefined
      void consumer.inPoll(() => Promise.resolve(polled.resolve()))
      return taken.promise
    },
  })
  const other = { topic: 'u', partition: 0 }
  await consumer.assigned([p0, other])
  consumer.maxRecords = 1
  const [cell] = cells
  if (cell) cell.sent = sent.promise
  consumer.produce(p0, ['a'])
  consumer.produce(other, ['b'])
  await polled.promise
  await nextTurn()
  expect(await consumer.position(other)).toBe(1)
  // a topic is told when a record of it has been converted
  expect(events).not.toContain('topic u')
  sent.resolve()
  await until(() => events.includes('topic u'))
  expect(full()).toEqual([['a']])
  taken.resolve()
  await until(() => full().length === 2)
  await stop()
})

test('a retriable put pauses everything and delivers the same batch again after context.timeout', async () => {
  let failures = 2
  const world: Awaited<ReturnType<typeof start>> = await start({
    onPut: async (values) => {
      if (values.length === 0 || failures-- <= 0) return
      await world.handlers().timeout?.(1)
      throw new GuestFailure(guestError('again', { retriable: true }))
    },
  })
  const { consumer, full, until, stop } = world
  await consumer.assigned([p0])
  consumer.maxRecords = 1
  consumer.produce(p0, ['a', 'b'])
  await until(() => full().length === 1 && consumer.paused.size === 1)
  // what was fetched meanwhile is given back to the broker
  expect(await consumer.position(p0)).toBe(1)
  consumer.wakeup()
  for (let attempt = 2; attempt <= 3; attempt++) {
    await consumer.inPoll(async () => {})
    await until(() => full().length >= attempt)
  }
  await until(() => full().length === 4)
  expect(full()).toEqual([['a'], ['a'], ['a'], ['b']])
  expect(consumer.paused.size).toBe(0)
  await stop()
})

test('any other exception of put ends the task; what was taken before is committed', async () => {
  const { consumer, until, events, traces } = await start({
    onPut: async (values) => {
      if (values[0] === 'b') throw new GuestFailure(guestError('disk full'))
    },
  })
  await consumer.assigned([p0])
  consumer.maxRecords = 1
  consumer.produce(p0, ['a', 'b'])
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toMatch(/Exiting WorkerSinkTask due to unrecoverable exception\.[^]*Caused by: Error: disk full\n {4}at guest\.js:1/)
  await until(() => consumer.closed)
  expect(consumer.committedOffsets.get('t-0')).toBe(1)
})

test('preCommit decides: answers beyond what was taken are ignored, none means no commit', async () => {
  const answers: TopicPartitionOffset[][] = [[{ ...p0, offset: 99 }], [{ ...p0, offset: 1 }], []]
  const asked: (readonly TopicPartitionOffset[])[] = []
  const { consumer, until, full, handlers, stop } = await start({
    script: {
      start: () => ({ ...traits, preCommit: true }),
      preCommit: ((offsets: readonly TopicPartitionOffset[]) => {
        asked.push(offsets)
        return answers.shift() ?? []
      }) as never,
    },
  })
  await consumer.assigned([p0])
  consumer.produce(p0, ['a', 'b'])
  await until(() => full().length === 1)
  for (let round = 1; round <= 2; round++) {
    await handlers().requestCommit?.()
    await until(() => asked.length === round)
  }
  await until(() => consumer.committedOffsets.size > 0)
  expect(asked[0]).toEqual([{ ...p0, offset: 2 }])
  expect(consumer.committedOffsets.get('t-0')).toBe(1)
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(1)
})

test('a failing preCommit goes back to the last committed offsets', async () => {
  let fail = true
  const { consumer, until, full, handlers, stop } = await start({
    script: {
      start: () => ({ ...traits, flush: true }),
      preCommit: ((offsets: readonly TopicPartitionOffset[]) => {
        if (!fail) return offsets
        fail = false
        throw new GuestFailure(guestError('flush failed'))
      }) as never,
    },
  })
  await consumer.assigned([p0])
  consumer.produce(p0, ['a', 'b'])
  await until(() => full().length === 1)
  await handlers().requestCommit?.()
  await until(() => full().length === 2)
  expect(full()).toEqual([['a', 'b'], ['a', 'b']])
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(2)
})

test('a rewind from put delivers again from there, and commits no further', async () => {
  let rewound = false
  const world: Awaited<ReturnType<typeof start>> = await start({
    onPut: async (values) => {
      if (rewound || values[0] !== 'b') return
      rewound = true
      await world.handlers().rewind?.([{ ...p0, offset: 0 }])
    },
  })
  const { consumer, full, until, stop } = world
  await consumer.assigned([p0])
  consumer.maxRecords = 1
  consumer.produce(p0, ['a', 'b', 'c'])
  await until(() => full().length === 5)
  expect(full()).toEqual([['a'], ['b'], ['a'], ['b'], ['c']])
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(3)
})

test('a partition the task pauses delivers nothing more, not even what was fetched ahead, until it resumes it', async () => {
  const world: Awaited<ReturnType<typeof start>> = await start({ onPut: (values) => (values[0] === 'a' ? void world.handlers().pausePartitions?.([p0]) : undefined) })
  const { consumer, full, until, stop, handlers } = world
  await consumer.assigned([p0, p1])
  consumer.maxRecords = 1
  consumer.produce(p0, ['a', 'b'])
  await until(() => full().length === 1 && consumer.paused.has('t-0'))
  consumer.produce(p1, ['x'])
  await until(() => full().length === 2)
  expect(full()).toEqual([['a'], ['x']])
  await handlers().resumePartitions?.([p0])
  await until(() => full().length === 3)
  expect(full()[2]).toEqual(['b'])
  expect(() => handlers().pausePartitions?.([{ topic: 'other', partition: 0 }])).toThrow('SinkTasks may not pause partitions that are not currently assigned to them.')
  await stop()
})

test('a revoke waits for a running put, then asks preCommit, closes and commits before the partition is given up', async () => {
  const gate = Promise.withResolvers<void>()
  const { consumer, full, until, stop, cells } = await start({ script: { start: () => ({ ...traits, preCommit: true }), preCommit: ((offsets: readonly TopicPartitionOffset[]) => offsets) as never }, onPut: (values) => (values[0] === 'a' ? gate.promise : undefined) })
  await consumer.assigned([p0, p1])
  consumer.produce(p0, ['a', 'b'])
  await until(() => full().length === 1)
  const revoked = consumer.revoked([p0])
  gate.resolve()
  await revoked
  const calls = cells[0]?.calls ?? []
  expect(calls.slice(calls.indexOf('0.put') + 1)).toEqual(['0.preCommit', '0.close'])
  expect(consumer.committedOffsets.get('t-0')).toBe(2)
  consumer.produce(p1, ['x'])
  await until(() => full().length === 2)
  await stop()
  expect(consumer.committedOffsets.get('t-1')).toBe(1)
})

test('a pause stops deliveries and commits; a resume goes on', async () => {
  const { consumer, full, until, host, events, stop } = await start()
  await consumer.assigned([p0])
  consumer.produce(p0, ['a'])
  await until(() => full().length === 1)
  await host.setTargetState('X', 'PAUSED')
  await until(() => events.includes('X-0 PAUSED 1.0') && consumer.committedOffsets.get('t-0') === 1)
  consumer.produce(p0, ['b'])
  expect(consumer.paused.has('t-0')).toBe(true)
  await host.setTargetState('X', 'STARTED')
  await until(() => full().length === 2)
  expect(events.filter((event) => event.startsWith('X-0'))).toEqual(['X-0 RUNNING 1.0', 'X-0 PAUSED 1.0', 'X-0 RUNNING 1.0'])
  await stop()
})

const json = { key: { className: 'StringConverter', isKey: true, config: {} }, value: { className: 'JsonConverter', isKey: false, config: { 'schemas.enable': 'false' } }, header: { className: 'SimpleHeaderConverter', isKey: false, config: {} } }

test('a record that cannot be converted is dropped under errors.tolerance=all, its offset passed', async () => {
  const { consumer, full, until, stop } = await start({ config: { 'errors.tolerance': 'all' }, spec: { converters: json } })
  await consumer.assigned([p0])
  consumer.produce(p0, ['"a"', 'broken', '"c"', '{'])
  await until(() => full().length === 1)
  expect(full()).toEqual([['a', 'c']])
  await stop()
  expect(consumer.committedOffsets.get('t-0')).toBe(4)
})

test('without tolerance it ends the task, naming topic, partition and offset; records before it are not lost', async () => {
  const { consumer, until, events, traces, full } = await start({ spec: { converters: json } })
  await consumer.assigned([p0])
  consumer.maxRecords = 1
  consumer.produce(p0, ['"a"', 'broken'])
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toContain("failed in task X-0, where consumed record is {topic='t', partition=0, offset=1, timestamp=1000, timestampType=CreateTime}")
  await until(() => consumer.closed)
  expect(full()).toEqual([['a']])
  expect(consumer.committedOffsets.get('t-0')).toBe(1)
})

test('the death of the cell fails the task at once; nothing is committed for it', async () => {
  const { consumer, until, full, cells, events, traces } = await start()
  await consumer.assigned([p0])
  consumer.produce(p0, ['a'])
  await until(() => full().length === 1)
  cells[0]?.die({ reason: 'timeout', detail: 'put() did not end.' })
  expect(await Promise.resolve(cells[0]?.died)).toMatchObject({ reason: 'timeout' })
  await until(() => events.includes('X-0 FAILED 1.0'))
  expect(traces[0]).toContain("The connector's process has ended (timeout): put() did not end.")
  await until(() => consumer.closed)
})

test('a death during a put names the records that the put had; one between puts names none', async () => {
  let given = 0
  const put = (batch: SinkBatch | null): unknown => (batch === null ? undefined : new Promise<never>(() => given++))
  const during = await start({ script: { put: put as never } })
  await during.consumer.assigned([p0])
  during.consumer.produce(p0, ['a', 'b', 'c'])
  await during.until(() => given === 1)
  during.cells[0]?.die({ reason: 'timeout', detail: 'put() did not end.' })
  await during.until(() => during.events.includes('X-0 FAILED 1.0'))
  expect(during.traces[0]).toContain("The connector's process has ended (timeout): put() did not end. put() had 3 records (t-0 offsets 0 to 2).")
  await during.until(() => during.consumer.closed)
  const between = await start()
  await between.consumer.assigned([p0])
  between.consumer.produce(p0, ['a'])
  await between.until(() => between.full().length === 1 && between.consumer.isWaiting && between.cells[0]?.calls.at(-1) === '0.put')
  between.cells[0]?.die({ reason: 'oom', detail: 'too much.' })
  await between.until(() => between.events.includes('X-0 FAILED 1.0'))
  expect(between.traces[0]).toMatch(/\(oom\): too much\.$/m)
  await between.until(() => between.consumer.closed)
})

test('topics: duplicates are dropped, an expression must match the whole name, empty items are refused', async () => {
  expect((await start({ config: { topics: 'a, b,a' } })).consumer.subscription).toEqual(['a', 'b'])
  const regex = (await start({ config: { topics: '', 'topics.regex': 'a|b.*' } })).consumer.subscription as RegExp
  expect(['a', 'bcd', 'xa', 'ab'].filter((name) => regex.test(name))).toEqual(['a', 'bcd'])
  const world = fakeDeps({})
  new ThreadHost(world.deps).startTask(taskSpec(connectorSpec('sink', { topics: 'a,,b' })))
  await world.until(() => world.events.length > 0)
  expect(world.events).toEqual(['X-0 FAILED null'])
  expect(world.traces[0]).toContain("Configuration 'topics' values must not be empty.")
})

test('a transformation changes what the task sees; offsets follow the records as they were fetched', async () => {
  const batches: SinkBatch[] = []
  const className = (name: string): string => `org.apache.kafka.connect.transforms.${name}`
  const { consumer, until, stop, events } = await start({
    script: { put: ((batch: SinkBatch | null) => batch && batches.push(batch)) as never },
    spec: {
      transforms: [
        { alias: 'f', className: className('Filter'), config: {}, predicate: { alias: 'p', className: className('predicates.TopicNameMatches'), config: { pattern: 'drop' } }, negate: false },
        { alias: 'r', className: className('RegexRouter'), config: { regex: '(t)', replacement: '$1-out' }, predicate: null, negate: false },
      ],
    },
  })
  const dropped = { topic: 'drop', partition: 3 }
  await consumer.assigned([dropped, p1])
  consumer.produce(dropped, ['x', 'y'])
  consumer.produce(p1, ['a'])
  await until(() => batches.length === 1)
  expect(batches.map((batch) => [valuesOf(batch), batch.topics[batch.topic?.[0] ?? 0], batch.original?.topics[batch.original.topic?.[0] ?? 0], batch.original?.partition, batch.offset])).toEqual([
    [['a'], 't-out', 't', Int32Array.of(1), Float64Array.of(0)],
  ])
  await stop()
  expect([...consumer.committedOffsets]).toEqual([['drop-3', 2], ['t-1', 1]])
  expect(events).toContain('topic drop')
  expect(events).not.toContain('topic t-out')
})
