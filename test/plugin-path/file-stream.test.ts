/** The FileStream connectors as the worker runs them: bundled from plugin-path, in a cell, with the grants of their manifest. */
import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Guest, GuestLog, HostHandlers, TargetKind } from '../../src/cell/cell.ts'
import { spawnCell } from '../../src/cell/spawn.ts'
import { openShelf } from '../../src/plugins/shelf.ts'
import type { Shelf } from '../../src/plugins/types.ts'
import type { SinkBatch } from '../../src/wire/batch.ts'
import { columnOf } from '../../src/wire/columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { schemasText } from '../../src/wire/schema-writer.ts'
import { columnToUtf8 } from '../../src/wire/transcode.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import type { Schema } from '../../src/data/schema.ts'
import { Struct } from '../../src/data/struct.ts'
import { errorOf, ok, someLimits, soon } from '../cell/cells.ts'

let shelf: Shelf
let cacheDir: string
beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'isoconnect-shelf-'))
  shelf = await openShelf({ pluginPath: [resolve(import.meta.dirname, '../../plugin-path')], cacheDir, watch: false })
})
afterAll(async () => {
  await shelf.close()
  await rm(cacheDir, { recursive: true, force: true })
})

type Opened<K extends TargetKind> = AsyncDisposable & { readonly guest: Guest<K>; readonly logs: GuestLog[] }
const open = async <K extends TargetKind>(alias: string, kind: K, config: Record<string, string>, handlers: HostHandlers = {}): Promise<Opened<K>> => {
  const plugin = shelf.find(alias)
  const cell = await spawnCell({ plugin: shelf.ref(plugin), grants: shelf.grants(plugin, config), limits: someLimits, name: alias })
  const logs: GuestLog[] = []
  const guest = ok(await cell.open(kind, { label: '0', handlers, onLog: (line) => logs.push(line) }))
  return { guest, logs, [Symbol.asyncDispose]: () => cell.close() }
}
const folder = async (): Promise<{ readonly path: string } & AsyncDisposable> => {
  const path = await mkdtemp(join(tmpdir(), 'isoconnect-file-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

type Line = readonly [text: string, position: unknown]
const source = async (config: Record<string, string>, stored: string | null = null, handlers: HostHandlers = {}) => {
  const opened = await open('FileStreamSource', 'source', config, { offsets: () => [stored], ...handlers })
  ok(await opened.guest.call('start', [{ topic: 't', ...config, 'task.class': 'org.apache.kafka.connect.file.FileStreamSourceTask' }], soon))
  const poll = async (): Promise<Line[]> => {
    const batch = ok(await opened.guest.call('poll', [], soon))
    if (batch === null) return []
    const { value, sourceOffset } = batch
    if (value.kind !== 'utf8') throw new Error(`a ${value.kind} column`)
    let at = 0
    return [...value.lengths].map((length, row): Line => [
      Buffer.from(value.bytes.subarray(at, (at += length))).toString(),
      sourceOffset.kind === 'numbers' ? sourceOffset.values[row] : null,
    ])
  }
  /** Polls until so many lines are there: a poll may return a part of them. */
  const lines = async (count: number): Promise<Line[]> => {
    const all: Line[] = []
    while (all.length < count) all.push(...(await poll()))
    return all
  }
  return Object.assign(opened, { poll, lines })
}

describe('FileStreamSource', () => {
  test('is described, validated and run as one task, as Kafka has it', async () => {
    await using opened = await open('FileStreamSource', 'connector', { file: 'f' })
    const { guest } = opened
    const description = ok(await guest.call('describe', [], soon))
    expect(description.version).toBe('4.3.1')
    expect(description.config.map(({ name, type, required, importance, group, orderInGroup, width }) => [name, type, required, importance, group, orderInGroup, width])).toEqual([
      ['file', 'STRING', false, 'HIGH', null, -1, 'NONE'], ['topic', 'STRING', true, 'HIGH', null, -1, 'NONE'], ['batch.size', 'INT', false, 'LOW', null, -1, 'NONE'],
    ])
    const errors = async (props: Record<string, string>) => ok(await guest.call('validate', [props], soon)).flatMap(({ errors: found }) => found)
    expect(await errors({})).toEqual(['Missing required configuration "topic" which has no default value.'])
    expect(await errors({ topic: '' })).toEqual(['Invalid value  for configuration topic: String must be non-empty'])
    expect(await errors({ topic: 't', 'batch.size': 'q' })).toEqual(['Invalid value q for configuration batch.size: Not a number of type INT'])
    ok(await guest.call('start', [{ file: 'f', topic: 't' }], soon))
    expect(opened.logs).toEqual([{ level: 'info', message: 'Starting file source connector reading from f' }])
    expect(ok(await guest.call('taskClass', [], soon))).toBe('org.apache.kafka.connect.file.FileStreamSourceTask')
    expect(ok(await guest.call('taskConfigs', [5], soon))).toEqual([{ file: 'f', topic: 't' }])
    expect(ok(await guest.call('exactlyOnceSupport', [{ file: 'f', topic: 't' }], soon))).toBe('SUPPORTED')
    expect(ok(await guest.call('exactlyOnceSupport', [{ topic: 't' }], soon))).toBe('UNSUPPORTED')
  })

  test('checks offsets that are to be altered, in Kafka’s order and words', async () => {
    await using opened = await open('FileStreamSource', 'connector', { file: 'f' })
    const alter = (partition: string, offset: string | null, props: Record<string, string> = { file: 'f', topic: 't' }) => opened.guest.call('alterOffsets', [props, [{ partition, offset }]], soon)
    expect(ok(await alter('{"filename":"f"}', '{"position":3}'))).toBe(true)
    expect(ok(await alter('{"anything":1}', null))).toBe(true)
    expect(ok(await alter('{"filename":5}', '{"position":3}'))).toBe(true)
    expect(errorOf(await alter('{}', null, { topic: 't' })).message).toBe("Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.")
    expect(errorOf(await alter('{}', '{"n":1}')).message).toBe("Offset objects should either be null or contain the key 'position'")
    expect(errorOf(await alter('{}', '{"position":"1"}')).message).toBe("The value for the 'position' key in the offset is expected to be a Long value")
    expect(errorOf(await alter('{}', '{"position":1.5}')).message).toBe("The value for the 'position' key in the offset is expected to be a Long value")
    expect(errorOf(await alter('{}', '{"position":-1}')).message).toBe("The value for the 'position' key in the offset should be a non-negative value")
    expect(errorOf(await alter('null', '{"position":1}')).message).toBe('Partition objects cannot be null')
    expect(errorOf(await alter('{}', '{"position":1}')).message).toBe("Partition objects should contain the key 'filename'")
  })

  test('reads lines with byte positions, follows the file, keeps an unfinished last line back', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'one\nlé€5 🎉\r\nthr')
    await using task = await source({ file })
    expect(await task.lines(2)).toEqual([['one', 4], ['lé€5 🎉', 18]])
    await appendFile(file, 'ee\nfour\n')
    expect(await task.lines(2)).toEqual([['three', 24], ['four', 29]])
  })

  test('the record has the topic, a required string schema, the file as partition and a timestamp', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'x\n')
    await using task = await source({ file })
    const batch = ok(await task.guest.call('poll', [], soon))
    expect(batch).toMatchObject({ count: 1, topics: ['t'], schemas: schemasText([schemas.STRING_SCHEMA]), sourcePartitions: [JSON.stringify({ filename: file })], key: { kind: 'null' } })
    expect([...(batch?.keySchema ?? [])]).toEqual([-1])
    expect(Math.abs((batch?.timestamp?.[0] ?? 0) - Date.now())).toBeLessThan(60_000)
  })

  test('resumes at the stored position', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'é1\né2\né3\n')
    await using task = await source({ file }, '{"position":4}')
    expect(await task.lines(2)).toEqual([['é2', 8], ['é3', 12]])
  })

  test('batch.size bounds a poll and strands nothing', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, Array.from({ length: 10 }, (_item, index) => `${index}\n`).join(''))
    await using task = await source({ file, 'batch.size': '3' })
    const sizes = []
    for (let left = 10; left > 0; left -= sizes.at(-1) ?? 0) sizes.push((await task.poll()).length)
    expect(sizes).toEqual([3, 3, 3, 1])
  })

  test('lines longer than any buffer come whole', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    const long = 'é'.repeat(700_000)
    await writeFile(file, `${long}\nshort\n`)
    await using task = await source({ file })
    expect((await task.lines(2)).map(([text, position]) => [text.length, position])).toEqual([[700_000, 1_400_001], [5, 1_400_007]])
  })

  test('waits for a missing file with one warning, and reads it when it appears', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'later.txt')
    await using task = await source({ file })
    expect(await task.poll()).toEqual([])
    expect(await task.poll()).toEqual([])
    expect(task.logs).toEqual([{ level: 'warn', message: `Couldn't find file ${file} for FileStreamSourceTask, sleeping to wait for it to be created` }])
    await writeFile(file, 'here\n')
    expect(await task.lines(1)).toEqual([['here', 5]])
  })

  test('a truncated file is read from its start', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'long line one\nlong line two\n')
    await using task = await source({ file })
    await task.lines(2)
    await truncate(file, 0)
    await appendFile(file, 'new\n')
    expect(await task.lines(1)).toEqual([['new', 4]])
    expect(task.logs.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('was truncated') })
  })

  test('a replaced file is read from its start, after the last of the old one', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'old one\n')
    await using task = await source({ file })
    await task.lines(1)
    await appendFile(file, 'old two\nold unfinished')
    await rename(file, `${file}.1`)
    await writeFile(file, 'new one, longer than all of the old file\n')
    expect(await task.lines(3)).toEqual([['old two', 16], ['old unfinished', 0], ['new one, longer than all of the old file', 41]])
    expect(task.logs.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('was replaced') })
  })

  test('a position past the end is noticed', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, 'a\nb\n')
    await using task = await source({ file }, '{"position":1000}')
    expect(await task.lines(2)).toEqual([['a', 2], ['b', 4]])
    expect(task.logs[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('past the end') })
  })

  test('a directory and a wrong stored position are errors', async () => {
    await using dir = await folder()
    await mkdir(join(dir.path, 'd'))
    await using task = await source({ file: join(dir.path, 'd') })
    expect(errorOf(await task.guest.call('poll', [], soon)).message).toMatch(/is a directory/)
    await using opened = await open('FileStreamSource', 'source', { file: 'f' }, { offsets: () => ['{"position":"1"}'] })
    expect(errorOf(await opened.guest.call('start', [{ file: 'f', topic: 't' }], soon)).message).toBe('Offset position is the incorrect type')
  })

  test('stop ends a waiting poll', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'in.txt')
    await writeFile(file, '')
    await using task = await source({ file })
    const polling = task.guest.call('poll', [], soon)
    ok(await task.guest.call('stop', [], soon))
    expect(ok(await polling)).toBeNull()
  })

  test('without a file it reads standard input through the worker', async () => {
    const input = [Buffer.from('a\nb'), Buffer.from('c\n')]
    await using task = await source({}, null, { readStdin: () => input.shift() ?? null })
    expect((await task.lines(2)).map(([text]) => text)).toEqual(['a', 'bc'])
    // the end of the input is no end of the task
    expect(ok(await task.guest.call('poll', [], soon))).toBeNull()
  })
})

const batchOf = (values: readonly unknown[], schema: Schema | null = null): SinkBatch => {
  const table = new SchemaTable()
  const valueSchema = new Int32Array(values.length).fill(table.indexOf(schema))
  const value = columnToUtf8(columnOf(values, table))
  return {
    count: values.length, topics: ['t'], topic: null, partition: new Int32Array(values.length), timestamp: null, schemas: table.toText(), keySchema: table.schemas.length === 0 ? null : new Int32Array(values.length).fill(-1),
    valueSchema: table.schemas.length === 0 ? null : valueSchema, key: { kind: 'null' }, value, headers: null, offset: Float64Array.from(values.keys()), timestampType: null, original: null,
  }
}

describe('FileStreamSink', () => {
  const start = async (config: Record<string, string>, handlers: HostHandlers = {}) => {
    const opened = await open('FileStreamSink', 'sink', config, handlers)
    return Object.assign(opened, { started: await opened.guest.call('start', [{ ...config, 'task.class': 'org.apache.kafka.connect.file.FileStreamSinkTask' }], soon) })
  }

  test('gives each task the same configuration and takes any offsets', async () => {
    await using opened = await open('FileStreamSink', 'connector', { file: 'f' })
    ok(await opened.guest.call('start', [{ file: 'f' }], soon))
    expect(opened.logs[0]?.message).toBe('Starting file sink connector writing to f')
    expect(ok(await opened.guest.call('taskConfigs', [2], soon))).toEqual([{ file: 'f' }, { file: 'f' }])
    expect(ok(await opened.guest.call('alterOffsets', [{ file: 'f' }, [{ partition: '{"kafka_topic":"t","kafka_partition":0}', offset: '5' }]], soon))).toBe(true)
  })

  test('appends each value as a line of Java text', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'out.txt')
    await writeFile(file, 'before\n')
    await using task = await start({ file })
    ok(task.started)
    const struct = SchemaBuilder.struct().field('a', schemas.INT32_SCHEMA).field('b', schemas.OPTIONAL_STRING_SCHEMA).field('c', schemas.FLOAT64_SCHEMA).build()
    ok(await task.guest.call('put', [batchOf(['plain', null, 'grün 🎉', ''])], soon))
    ok(await task.guest.call('put', [batchOf([1, 1.5, 1e21, true, 12n, { a: 1, b: 'x' }, [1, 'two', null], new Map<unknown, unknown>([[1, 'x']])])], soon))
    ok(await task.guest.call('put', [batchOf([new Struct(struct).put('a', 1).put('c', 1)], struct)], soon))
    ok(await task.guest.call('put', [null], soon))
    expect(await readFile(file, 'utf8')).toBe('before\nplain\nnull\ngrün 🎉\n\n1\n1.5\n1.0E21\ntrue\n12\n{a=1, b=x}\n[1, two, null]\n{1=x}\nStruct{a=1,c=1.0}\n')
    ok(await task.guest.call('stop', [], soon))
  })

  test('half a line that a full disk or a kill left behind is ended first', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'out.txt')
    await writeFile(file, 'one\ntw')
    for (const value of ['two', 'three']) {
      await using task = await start({ file })
      ok(task.started)
      ok(await task.guest.call('put', [batchOf([value])], soon))
      ok(await task.guest.call('stop', [], soon))
    }
    expect(await readFile(file, 'utf8')).toBe('one\ntw\ntwo\nthree\n')
  })

  test('a file that cannot be opened is an error in Kafka’s words', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'missing', 'out.txt')
    await using task = await start({ file })
    expect(errorOf(task.started)).toMatchObject({ message: `Couldn't find or create file '${file}' for FileStreamSinkTask`, cause: { code: 'ENOENT' } })
  })

  test('a link that is the granted file is followed, and writes beyond it are refused', async () => {
    await using dir = await folder()
    const file = join(dir.path, 'out.txt')
    await writeFile(join(dir.path, 'real.txt'), '')
    await symlink(join(dir.path, 'real.txt'), file)
    await using task = await start({ file })
    ok(task.started)
    ok(await task.guest.call('put', [batchOf(['x'])], soon))
    expect(await readFile(join(dir.path, 'real.txt'), 'utf8')).toBe('x\n')
  })

  test('a write that fails is the put’s error', async () => {
    await using task = await start({ file: '/dev/full' })
    ok(task.started)
    expect(errorOf(await task.guest.call('put', [batchOf(['x'])], soon))).toMatchObject({ message: "Couldn't write to file '/dev/full'", cause: { code: 'ENOSPC' } })
  })

  test('without a file it writes to standard output through the worker', async () => {
    const written: string[] = []
    await using task = await start({}, { writeStdout: (text) => void written.push(text) })
    ok(task.started)
    ok(await task.guest.call('put', [batchOf(['a', 'b'])], soon))
    expect(written).toEqual(['a\nb\n'])
  })
})
