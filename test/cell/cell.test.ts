/** A cell as the worker uses it: calls, results, errors, contexts, logs, ends. */
import { describe, expect, test } from 'vitest'
import type { SinkBatch, SourceBatch } from '../../src/wire/batch.ts'
import { textColumn } from '../../src/wire/columns.ts'
import { hostValues } from '../../src/wire/host-columns.ts'
import { toUtf8 } from '../../src/wire/transcode.ts'
import { cellOf, deathOf, errorOf, ok, sinkPlugin, soon, sourcePlugin } from './cells.ts'

const texts = (column: SourceBatch['value']): (string | null)[] => {
  if (column.kind !== 'utf8') throw new Error(`a ${column.kind} column`)
  let at = 0
  return [...column.lengths].map((length) => (length < 0 ? null : Buffer.from(column.bytes.subarray(at, (at += length))).toString()))
}
const utf8 = (values: readonly (string | null)[]) => toUtf8(textColumn(values) as Extract<SourceBatch['value'], { kind: 'text' }>)
const sinkBatch = (values: readonly (string | null)[], more: Partial<SinkBatch> = {}): SinkBatch => ({
  count: values.length, topics: ['t'], topic: null, partition: new Int32Array(values.length).fill(3), timestamp: null, schemas: '', keySchema: null, valueSchema: null,
  key: { kind: 'null' }, value: utf8(values), headers: null, offset: Float64Array.from(values, (_value, row) => 100 + row), timestampType: null, original: null, ...more,
})

describe('a connector', () => {
  const code = `
    const { SourceConnector, SourceTask, ConfigDef, ConnectException } = require('isoconnect')
    class Plugin extends SourceConnector {
      static config = new ConfigDef().define('topic', 'STRING', 'HIGH', 'Topic').define('n', 'INT', 3, 'LOW', 'Number')
      start(props) { this.props = props; if (props.fail) throw new ConnectException('no start', { cause: Object.assign(new Error('deep'), { code: 'E_DEEP' }) }) }
      taskClass() { return Task }
      taskConfigs(max) { return Array.from({ length: max }, (_, i) => ({ ...this.props, task: i, none: null })) }
      alterOffsets(props, offsets) { this.offsets = [...offsets]; console.log(JSON.stringify(this.offsets)); return true }
      exactlyOnceSupport() { this.context.requestTaskReconfiguration(); return 'SUPPORTED' }
    }
    class Task extends SourceTask { start() {} poll() { return null } }
    module.exports = { Plugin }`

  test('describes itself, validates, and gives its tasks configurations of text', async () => {
    await using opened = await cellOf(code)
    const connector = await opened.open('connector')
    expect(ok(await connector.call('describe', [], soon))).toMatchObject({ version: '1.2.3', config: [{ name: 'topic', required: true }, { name: 'n', defaultValue: '3' }] })
    expect(ok(await connector.call('validate', [{ n: 'x' }], soon))).toMatchObject([
      { name: 'topic', errors: ['Missing required configuration "topic" which has no default value.'] },
      { name: 'n', errors: ['Invalid value x for configuration n: Not a number of type INT'] },
    ])
    ok(await connector.call('initialize', [null], soon))
    ok(await connector.call('start', [{ topic: 't' }], soon))
    expect(ok(await connector.call('taskClass', [], soon))).toBe('com.example.Task')
    expect(ok(await connector.call('taskConfigs', [2], soon))).toEqual([{ topic: 't', task: '0' }, { topic: 't', task: '1' }])
    ok(await connector.call('stop', [], soon))
  })

  test('gets offsets to alter as a map, and its requests reach the worker before the call ends', async () => {
    await using opened = await cellOf(code)
    const asked: string[] = []
    const connector = await opened.open('connector', { requestTaskReconfiguration: () => void asked.push('reconfigure') })
    ok(await connector.call('initialize', [null], soon))
    expect(ok(await connector.call('alterOffsets', [{}, [{ partition: '{"f":"a"}', offset: '{"n":1}' }, { partition: '{"f":"b"}', offset: null }]], soon))).toBe(true)
    expect(opened.logs[0]?.message).toBe('[[{"f":"a"},{"n":1}],[{"f":"b"},null]]')
    expect(ok(await connector.call('exactlyOnceSupport', [{}], soon))).toBe('SUPPORTED')
    expect(asked).toEqual(['reconfigure'])
  })

  test('its exceptions come as data, with causes and codes', async () => {
    await using opened = await cellOf(code)
    const connector = await opened.open('connector')
    const error = errorOf(await connector.call('start', [{ fail: 'x' }], soon))
    expect(error).toMatchObject({ name: 'ConnectException', message: 'no start', retriable: false, cause: { message: 'deep', code: 'E_DEEP' } })
    expect(error.stack).toContain('com.example.Plugin')
  })
})

describe('a source task', () => {
  test('its records become a batch: topics, values, keys, headers, partitions, timestamps, offsets', async () => {
    await using opened = await cellOf(sourcePlugin(`poll() {
      const p = { file: 'a' }
      return [
        { topic: 'one', key: 'k', value: 'plain', sourcePartition: p, sourceOffset: { n: 1 }, headers: { h: 'v' } },
        { topic: 'two', value: 'grün 🎉 \\ud800', sourcePartition: p, sourceOffset: { n: 2 }, partition: 4, timestamp: new Date(5) },
        { topic: 'one', value: null, sourcePartition: { file: 'b' }, sourceOffset: { n: 3 }, timestamp: -1 },
      ] }`))
    const task = await opened.open('source')
    expect(ok(await task.call('start', [{}], soon))).toEqual({ commit: false, commitRecord: false, preCommit: false, flush: false })
    const batch = ok(await task.call('poll', [], soon))
    if (batch === null) throw new Error('no batch')
    expect(batch.value.kind).toBe('wtf8') // for the unpaired surrogate
    expect(hostValues(batch.value, 3, [])).toEqual(['plain', 'grün 🎉 \ud800', null])
    expect(texts(batch.key)).toEqual(['k', null, null])
    expect(batch).toMatchObject({ count: 3, topics: ['one', 'two'], sourcePartitions: ['{"file":"a"}', '{"file":"b"}'] })
    expect([...(batch.topic ?? [])]).toEqual([0, 1, 0])
    expect([...(batch.sourcePartition ?? [])]).toEqual([0, 0, 1])
    expect([...(batch.partition ?? [])]).toEqual([-1, 4, -1])
    expect([...(batch.timestamp ?? [])]).toEqual([Number.NaN, 5, -1]) // as in Kafka, -1 is none
    expect(batch.sourceOffset).toMatchObject({ kind: 'numbers', keys: ['n'] })
    expect(batch.headers && texts(batch.headers.keys)).toEqual(['h'])
    expect(batch.headers && texts(batch.headers.values)).toEqual(['v'])
  })

  const wrongs = {
    "'x'": /poll\(\) returned a string/,
    '[1]': /record 0: a number/,
    "[{ topic: 't', value: 1, sourcePartition: {}, sourceOffset: {} }, { value: 1 }]": /record 1: topic is missing/,
    "[{ topic: 't', value: 1, sourceOffset: {} }]": /record 0: sourcePartition is missing/,
    "[{ topic: 't', value: 1, sourcePartition: {}, sourceOffset: { a: {} } }]": /record 0: sourceOffset\.a is an object/,
    "[{ topic: 't', value: () => 1, sourcePartition: {}, sourceOffset: {} }]": /wrong value: record 0: a function is not a Connect value/,
    "[{ topic: 't', value: 1, partition: -1, sourcePartition: {}, sourceOffset: {} }]": /record 0: partition is -1/,
    "[{ topic: 't', value: 1, timestamp: 'now', sourcePartition: {}, sourceOffset: {} }]": /record 0: timestamp is now/,
    "[{ topic: 't', value: 1, headers: 'none', sourcePartition: {}, sourceOffset: {} }]": /record 0: headers is a string; it must be \{ name: value \}, a Map or a list of/,
    "[{ topic: 't', value: 1, headers: [['a', 'b']], sourcePartition: {}, sourceOffset: {} }]": /record 0: headers has an entry without a string key; entries are/,
    "[{ topic: 't', value: 1, valueSchema: 'STRING', sourcePartition: {}, sourceOffset: {} }]": /record 0: valueSchema is a string/,
  }
  for (const [returned, message] of Object.entries(wrongs)) {
    test(`is told what is wrong with ${returned}`, async () => {
      await using opened = await cellOf(sourcePlugin(`poll() { return ${returned} }`))
      const task = await opened.open('source')
      ok(await task.call('start', [{}], soon))
      expect(errorOf(await task.call('poll', [], soon))).toMatchObject({ name: 'DataException', message: expect.stringMatching(message) })
    })
  }

  test('reads its offsets on the spot, and awaiting them does no harm', async () => {
    await using opened = await cellOf(sourcePlugin(`
      async start() { const r = this.context.offsetStorageReader; this.seen = [r.offset({ a: 1 }), await r.offset({ a: 2 }), r().offsets([{ a: 1 }, { a: 3 }]), this.context.configs()] }
      poll() { return [{ topic: 't', value: JSON.stringify(this.seen), sourcePartition: {}, sourceOffset: null }] }`))
    const stored: Record<string, string> = { '{"a":1}': '{"n":41}' }
    const task = await opened.open('source', { offsets: async (partitions) => partitions.map((partition) => stored[partition] ?? null), configs: () => ({ k: 'v' }) })
    ok(await task.call('start', [{}], soon))
    const batch = ok(await task.call('poll', [], soon))
    expect(JSON.parse(texts(batch?.value ?? { kind: 'null' })[0] ?? '')).toEqual([{ n: 41 }, null, [{ n: 41 }, null], { k: 'v' }])
  })

  test('a failure to read offsets is thrown where they are read', async () => {
    await using opened = await cellOf(sourcePlugin("start() { try { this.context.offsetStorageReader.offset({}) } catch (e) { throw new ConnectException('saw: ' + e.message) } }"))
    const task = await opened.open('source', { offsets: () => Promise.reject(new Error('store is down')) })
    expect(errorOf(await task.call('start', [{}], soon)).message).toBe('saw: store is down')
  })

  test('hears of each record that was committed, filtered ones without metadata', async () => {
    await using opened = await cellOf(sourcePlugin(`
      poll() { return ['a', 'b', 'c'].map((value) => ({ topic: 't', value, sourcePartition: {}, sourceOffset: {} })) }
      commitRecord(record, metadata) { console.log(record.value, JSON.stringify(metadata)) } commit() { console.log('commit') }`))
    const task = await opened.open('source')
    expect(ok(await task.call('start', [{}], soon))).toMatchObject({ commit: true, commitRecord: true })
    ok(await task.call('poll', [], soon))
    ok(await task.call('commitRecords', [{ batch: 0, rows: Int32Array.of(0, 2), offsets: Float64Array.of(7, -1), topic: 't', partition: 1, timestamps: Float64Array.of(9, -1) }], soon))
    ok(await task.call('commit', [], soon))
    expect(opened.logs.map(({ message }) => message)).toEqual(['a {"topic":"t","partition":1,"offset":7,"timestamp":9}', 'c null', 'commit'])
  })

  test('a retriable exception says so, and the task goes on', async () => {
    await using opened = await cellOf(sourcePlugin("poll() { if (this.n = (this.n ?? 0) + 1, this.n === 1) throw new RetriableException('again'); return null }"))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    expect(errorOf(await task.call('poll', [], soon))).toMatchObject({ name: 'RetriableException', retriable: true })
    expect(ok(await task.call('poll', [], soon))).toBeNull()
  })

  test('stop reaches it while a poll waits', async () => {
    await using opened = await cellOf(sourcePlugin('poll() { return new Promise((resolve) => { this.wake = () => resolve(null) }) } stop() { this.wake() }'))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    const polling = task.call('poll', [], { timeoutMs: 60_000 })
    ok(await task.call('stop', [], soon))
    expect(ok(await polling)).toBeNull()
  })
})

describe('a sink task', () => {
  test('gets records with values, offsets, headers and timestamps', async () => {
    await using opened = await cellOf(sinkPlugin('put(records) { for (const r of records) console.log(JSON.stringify(r)) }'))
    const task = await opened.open('sink')
    ok(await task.call('start', [{}], soon))
    const headers = { counts: Int32Array.of(1, 0), keys: utf8(['h']), values: utf8(['ü']), schema: null } as const
    ok(await task.call('put', [sinkBatch(['grün 🎉', null], { headers, timestamp: Float64Array.of(5, Number.NaN), timestampType: Uint8Array.of(1, 0) })], soon))
    ok(await task.call('put', [null], soon))
    expect(opened.logs.map(({ message }) => JSON.parse(message) as unknown)).toEqual([
      { topic: 't', partition: 3, offset: 100, key: null, keySchema: null, value: 'grün 🎉', valueSchema: null, timestamp: 5, timestampType: 'CreateTime', headers: [{ key: 'h', value: 'ü', schema: null }], originalTopic: 't', originalKafkaPartition: 3, originalKafkaOffset: 100 },
      { topic: 't', partition: 3, offset: 101, key: null, keySchema: null, value: null, valueSchema: null, timestamp: null, timestampType: 'NoTimestampType', headers: [], originalTopic: 't', originalKafkaPartition: 3, originalKafkaOffset: 101 },
    ])
  })

  test('gets records that are what Java code takes them for', async () => {
    await using opened = await cellOf(sinkPlugin(`put([r]) {
      const { ConnectRecord, SinkRecord, SourceRecord, schemas } = require('isoconnect')
      const is = (x) => [x instanceof SinkRecord, x instanceof ConnectRecord, x instanceof SourceRecord]
      const at = (x) => [x.topic, x.kafkaPartition, x.partition, x.kafkaOffset, x.offset, x.originalTopic, x.originalKafkaPartition, x.originalKafkaOffset, x.timestampType]
      const next = r.newRecord('u', 9, null, 'k', schemas.STRING_SCHEMA, 'v2', 7)
      const last = next.newRecord('w', null, null, null, null, null, null, [])
      const own = new SinkRecord('t', 1, null, 'k', null, 'v', 5, 6, 'CreateTime')
      class Mine extends SinkRecord {}
      const source = new SourceRecord({ a: 1 }, { b: 1 }, 't', null, 'v')
      const all = [at(r), is(r), at(next), is(next), next.value, next.timestamp, next.headers.lastWithName('h').value, last.headers.size, is(own), at(own), is(source), is({ ...r }), is(null),
        own instanceof Mine, source.newRecord('t', 1, null, null, null, null, null) instanceof SourceRecord]
      console.log(JSON.stringify(all)); console.log(String(r))
    }`))
    const task = await opened.open('sink')
    ok(await task.call('start', [{}], soon))
    const headers = { counts: Int32Array.of(1), keys: utf8(['h']), values: utf8(['ü']), schema: null } as const
    const original = { topics: ['o'], topic: null, partition: Int32Array.of(4) }
    ok(await task.call('put', [sinkBatch(['v'], { headers, timestamp: Float64Array.of(5), timestampType: Uint8Array.of(1), original })], soon))
    const sink = [true, true, false]
    expect(JSON.parse(opened.logs[0]?.message ?? '')).toEqual([
      ['t', 3, 3, 100, 100, 'o', 4, 100, 'CreateTime'], sink, ['u', 9, 9, 100, 100, 'o', 4, 100, 'CreateTime'], sink, 'v2', 7, 'ü', 0, sink,
      ['t', 1, 1, 5, 5, 't', 1, 5, 'CreateTime'], [false, true, true], [false, false, false], [false, false, false], false, true,
    ])
    expect(opened.logs[1]?.message).toMatch(/^SinkRecord\{kafkaOffset=100, timestampType=CreateTime, originalTopic=o, originalKafkaPartition=4, originalKafkaOffset=100\} ConnectRecord\{topic='t', kafkaPartition=3, key=null/)
  })

  test('its context keeps the assignment and carries its requests, in order', async () => {
    await using opened = await cellOf(sinkPlugin(`
      open() { console.log('open', JSON.stringify(this.context.assignment())) } close() { console.log('close', JSON.stringify(this.context.assignment())) }
      async put(records) {
        const tp = { topic: 't', partition: 0 }
        this.context.pause(tp); this.context.resume(tp); this.context.offset(tp, 5); this.context.offset([{ ...tp, offset: 6 }]); this.context.timeout(10); this.context.requestCommit()
        const reporter = this.context.errantRecordReporter()
        await reporter.report(records[0], new Error('bad'))
        await reporter.report({ ...records[0], value: 'made' }, new Error('worse'))
        console.log(JSON.stringify(this.context.assignment()))
      }`))
    const asked: unknown[] = []
    const note = (name: string) => (...args: readonly unknown[]) => void asked.push([name, ...args])
    const task = await opened.open('sink', {
      pausePartitions: note('pause'), resumePartitions: note('resume'), rewind: note('rewind'), timeout: note('timeout'), requestCommit: note('requestCommit'),
      hasErrantReporter: () => true,
      reportErrant: async (record, error) => asked.push(['errant', record, error.message]) > 0,
      reportErrantRecord: async (at, { value }, error) => void asked.push(['errant made', at, value.kind === 'utf8' && Buffer.from(value.bytes).toString(), error.message]),
    })
    ok(await task.call('start', [{}], soon))
    ok(await task.call('open', [[{ topic: 't', partition: 0 }, { topic: 't', partition: 1 }]], soon))
    ok(await task.call('close', [[{ topic: 't', partition: 1 }]], soon))
    ok(await task.call('put', [sinkBatch(['x'])], soon))
    const tp = { topic: 't', partition: 0 }
    expect(asked).toEqual([['pause', [tp]], ['resume', [tp]], ['rewind', [{ ...tp, offset: 5 }]], ['rewind', [{ ...tp, offset: 6 }]], ['timeout', 10], ['requestCommit'], ['errant', { topic: 't', partition: 3, offset: 100 }, 'bad'], ['errant made', { topic: 't', partition: 3, offset: 100 }, 'made', 'worse']])
    expect(opened.logs.map(({ message }) => message)).toEqual(['open [{"topic":"t","partition":0},{"topic":"t","partition":1}]', 'close [{"topic":"t","partition":0},{"topic":"t","partition":1}]', '[{"topic":"t","partition":0}]'])
  })

  test('preCommit flushes and returns its argument, unless the task knows better', async () => {
    const offsets = [{ topic: 't', partition: 0, offset: 9 }]
    await using plain = await cellOf(sinkPlugin("flush(offsets) { console.log('flush', JSON.stringify(offsets)) }"))
    const task = await plain.open('sink')
    expect(ok(await task.call('start', [{}], soon))).toMatchObject({ flush: true, preCommit: false })
    expect(ok(await task.call('preCommit', [offsets], soon))).toEqual(offsets)
    expect(plain.logs[0]?.message).toBe('flush [{"topic":"t","partition":0,"offset":9}]')
    await using own = await cellOf(sinkPlugin('preCommit(offsets) { return offsets.map((o) => ({ ...o, offset: 1 })) }'))
    const knowing = await own.open('sink')
    expect(ok(await knowing.call('start', [{}], soon))).toMatchObject({ preCommit: true })
    expect(ok(await knowing.call('preCommit', [offsets], soon))).toEqual([{ topic: 't', partition: 0, offset: 1 }])
  })
})

describe('its end', () => {
  test('a bundle that does not parse, throws, or lacks the class is an error with its reason', async () => {
    await using broken = await cellOf('module.exports = {')
    await expect(broken.open('connector')).rejects.toThrow(/SyntaxError/)
    await using throwing = await cellOf("throw new Error('at load')")
    await expect(throwing.open('connector')).rejects.toThrow(/at load/)
    await using other = await cellOf('module.exports = { Other: class {} }')
    const connector = await other.open('connector')
    expect(errorOf(await connector.call('describe', [], soon)).message).toMatch(/no class as its export "Plugin"; it exports: Other/)
    await using unknown = await cellOf("require('left-pad')")
    await expect(unknown.open('connector')).rejects.toThrow(/Cannot find module 'left-pad'/)
  })

  test('disposing of a guest settles its calls and leaves the others alone', async () => {
    await using opened = await cellOf(sourcePlugin('poll() { return new Promise(() => {}) } commit() {}'))
    const [first, second] = [await opened.open('source'), await opened.open('source')]
    ok(await first.call('start', [{}], soon))
    ok(await second.call('start', [{}], soon))
    const polling = first.call('poll', [], { timeoutMs: 60_000 })
    await first.dispose()
    await first.dispose()
    expect(deathOf(await polling).reason).toBe('killed')
    expect(deathOf(await first.call('commit', [], soon)).reason).toBe('killed')
    ok(await second.call('commit', [], soon))
  })

  test('closing is idempotent, settles calls, and ends the process', async () => {
    const opened = await cellOf(sourcePlugin('poll() { return new Promise(() => {}) }'))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    const polling = task.call('poll', [], { timeoutMs: 60_000 })
    await Promise.all([opened.cell.close(), opened.cell.close()])
    expect(deathOf(await polling).reason).toBe('killed')
    expect((await opened.cell.died).reason).toBe('killed')
    expect(() => process.kill(opened.cell.pid, 0)).toThrow()
    expect(deathOf(await task.call('poll', [], soon)).reason).toBe('killed')
    await opened[Symbol.asyncDispose]()
  })

  test('a process killed from outside is a death with its cause', async () => {
    await using opened = await cellOf(sourcePlugin('poll() { return new Promise(() => {}) }'))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    const polling = task.call('poll', [], { timeoutMs: 60_000 })
    process.kill(opened.cell.pid, 'SIGKILL')
    expect(deathOf(await polling)).toMatchObject({ reason: 'killed', detail: expect.stringContaining('SIGKILL') })
  })

  test.for([48, 128])('an isolate of %i MB may hold that much, and not half as much again', async (memoryMb) => {
    const keep = (mb: number) => `poll() { this.rows = []; for (let i = 0; i < ${mb} * 1024; i++) this.rows.push(new Array(126).fill(i)); for (let n = 0; n < 3e6; n++) this.last = [n]; return null }`
    const outcomeOf = async (mb: number) => {
      await using opened = await cellOf(sourcePlugin(keep(mb)), { limits: { memoryMb, rssMb: 2000 } }) // the process's own limit is not to be what ends it
      const task = await opened.open('source')
      ok(await task.call('start', [{}], soon))
      return await task.call('poll', [], { timeoutMs: 30_000 }) // the cell is closed on the way out
    }
    ok(await outcomeOf(memoryMb - 4))
    expect(deathOf(await outcomeOf(1.5 * memoryMb))).toMatchObject({ reason: 'oom', detail: expect.stringContaining(`isolate.memory.mb=${memoryMb}`) })
  })

  test('usage is sampled while calls are under way', async () => {
    await using opened = await cellOf(sourcePlugin('poll() { return sleep(400).then(() => null) }'))
    const task = await opened.open('source')
    ok(await task.call('start', [{}], soon))
    ok(await task.call('poll', [], soon))
    expect(opened.cell.usage().rssBytes).toBeGreaterThan(20e6)
    expect(opened.cell.usage().cpuMs).toBeGreaterThan(0)
  })
})
