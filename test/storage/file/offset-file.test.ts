/** The standalone offset file: what survives a restart, what is left untouched, how it fails. */
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { setLevel } from '../../../src/log.ts'
import { createFileOffsetStore } from '../../../src/storage/file/offset-file.ts'
import { readJavaHashMap, writeJavaHashMap } from '../../../src/storage/file/java-hashmap.ts'

setLevel('root', 'OFF')
let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offset-file-'))
  file = join(folder, 'connect.offsets')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const opened = async (path = file) => {
  const store = createFileOffsetStore({ file: path })
  await store.start()
  return store
}
const textEntries = async () =>
  readJavaHashMap(await readFile(file)).map(({ key, value }) => [key && Buffer.from(key).toString(), value && Buffer.from(value).toString()])
const javaFile = (rows: readonly (readonly [string, string | null])[]) =>
  writeFile(file, writeJavaHashMap(rows.map(([key, value]) => ({ key: Buffer.from(key), value: value === null ? null : Buffer.from(value) }))))

test('offsets survive a restart', async () => {
  const first = await opened()
  await first.write('src', [{ partition: '{"filename":"/a"}', offset: '{"position":12}' }])
  await first.stop()
  const second = await opened()
  expect(await second.read('src', ['{"filename":"/a"}', '{"filename":"/b"}'])).toEqual(['{"position":12}', null])
  expect(await second.read('other', ['{"filename":"/a"}'])).toEqual([null])
  expect(await second.offsets('src')).toEqual([{ partition: '{"filename":"/a"}', offset: '{"position":12}' }])
})
test('a missing and an empty file are an empty store, and starting writes nothing', async () => {
  expect(await (await opened()).offsets('src')).toEqual([])
  expect(await readdir(folder)).toEqual([])
  await writeFile(file, '')
  expect(await (await opened()).offsets('src')).toEqual([])
  expect((await stat(file)).size).toBe(0)
})
test('a key that Java wrote in its own order is found, kept in its bytes and updated', async () => {
  await javaFile([['["mm",{"topic":"t","partition":0,"cluster":"a"}]', '{"offset":9007199254740993}']])
  const store = await opened()
  expect(await store.read('mm', ['{"cluster":"a","topic":"t","partition":0}'])).toEqual(['{"offset":9007199254740993}'])
  await store.write('mm', [{ partition: '{"partition":0,"cluster":"a","topic":"t"}', offset: '{"offset":9007199254740995}' }])
  expect(await textEntries()).toEqual([['["mm",{"topic":"t","partition":0,"cluster":"a"}]', '{"offset":9007199254740995}']])
})
test('a null offset leaves the key with a null value, as Java does, and the partition is gone from the list', async () => {
  const store = await opened()
  await store.write('src', [{ partition: '{"a":1}', offset: '{"n":1}' }])
  await store.write('src', [{ partition: '{"a":1}', offset: null }, { partition: '{"never":1}', offset: null }])
  expect(await textEntries()).toEqual([['["src",{"a":1}]', null]])
  expect(await store.offsets('src')).toEqual([])
  expect(await store.read('src', ['{"a":1}'])).toEqual([null])
})
test('entries that are not offsets of ours are written back as they were', async () => {
  await javaFile([['not json', 'x'], ['["src",{"a":1}]', '{"n":1}']])
  const store = await opened()
  await store.write('src', [{ partition: '{"b":2}', offset: '{"n":2}' }])
  expect(await textEntries()).toEqual([['not json', 'x'], ['["src",{"a":1}]', '{"n":1}'], ['["src",{"b":2}]', '{"n":2}']])
})
test('a partition that stands twice in the file, in two orders, is one partition', async () => {
  await javaFile([['["c",{"x":1,"y":2}]', '{"n":1}'], ['["c",{"y":2,"x":1}]', '{"n":2}']])
  const store = await opened()
  expect(await store.offsets('c')).toEqual([{ partition: '{"x":1,"y":2}', offset: '{"n":2}' }])
  await store.write('c', [{ partition: '{"x":1,"y":2}', offset: '{"n":3}' }])
  expect((await textEntries()).map(([, value]) => value)).toEqual(['{"n":3}', '{"n":3}'])
})
test('writes that come together are all in the file, and each resolves only when its own is', async () => {
  const store = await opened()
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      await store.write('src', [{ partition: `{"p":${index}}`, offset: `{"n":${index}}` }])
      expect((await textEntries()).some(([key, value]) => key === `["src",{"p":${index}}]` && value === `{"n":${index}}`)).toBe(true)
    }),
  )
  expect(await textEntries()).toHaveLength(50)
  expect(await readdir(folder)).toEqual(['connect.offsets'])
})
test('the file keeps its permissions, and a link stays a link', async () => {
  await javaFile([['["c",{"x":1}]', '{"n":1}']])
  await chmod(file, 0o600)
  const link = join(folder, 'link')
  await symlink(file, link)
  const store = await opened(link)
  await store.write('c', [{ partition: '{"x":1}', offset: '{"n":2}' }])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await textEntries()).toEqual([['["c",{"x":1}]', '{"n":2}']])
})
test('nothing is stored of a write with an invalid entry', async () => {
  const store = await opened()
  await expect(store.write('c', [{ partition: '{"x":1}', offset: '{"n":1}' }, { partition: '{"x":[1]}', offset: '{"n":2}' }])).rejects.toThrow(
    'Offsets may only contain primitive types as values, but field x contains ARRAY',
  )
  expect(await store.offsets('c')).toEqual([])
})

describe('a file that is not understood', () => {
  test.each([
    ['is text', Buffer.from('position=3\n'), /does not begin as a Java serialisation stream/],
    ['is cut off', Buffer.from(writeJavaHashMap([{ key: Buffer.from('["a",{}]'), value: Buffer.from('{}') }])).subarray(0, -3), /are expected but .* are left/],
  ])('because it %s stops the start with its name and the remedy, and stays as it is', async (_what, bytes, reason) => {
    await writeFile(file, bytes)
    const failure = await opened().then(() => null, (error: unknown) => error)
    expect(failure).toMatchObject({ code: 'OFFSET_FILE_UNREADABLE', message: expect.stringMatching(reason) as string })
    expect(failure).toMatchObject({ message: expect.stringContaining(file) as string })
    expect(await readFile(file)).toEqual(bytes)
  })
  test('such as a folder, or a file in a folder that does not exist', async () => {
    await expect(opened(folder)).rejects.toMatchObject({ code: 'OFFSET_FILE_UNREADABLE', message: expect.stringContaining('not a regular file') as string })
    await expect(opened(join(folder, 'none', 'f'))).rejects.toMatchObject({ code: 'OFFSET_FILE_UNREADABLE', message: expect.stringContaining('does not exist') as string })
  })
})
test('a write that fails says so, and the next one that succeeds carries its entries too', async () => {
  const store = await opened()
  await rm(folder, { recursive: true })
  await expect(store.write('c', [{ partition: '{"x":1}', offset: '{"n":1}' }])).rejects.toMatchObject({ code: 'OFFSET_FILE_UNWRITABLE', message: expect.stringContaining(file) as string })
  await mkdir(folder)
  await store.write('c', [{ partition: '{"x":2}', offset: '{"n":2}' }])
  expect(await textEntries()).toHaveLength(2)
})
