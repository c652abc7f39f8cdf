import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createConfigProviders, resolveWorkerProps, workerConfigProviders } from '../../src/config/config-provider.ts'
import { logLines } from '../log-lines.ts'

let folder = ''
const lines = logLines()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isoconnect-providers-'))
  await writeFile(join(folder, 'secrets.properties'), 'user=ann\npassword=é\\u0041\nempty=\n')
  await mkdir(join(folder, 'keys', 'sub'), { recursive: true })
  await writeFile(join(folder, 'keys', 'token'), 'a\nb\n')
  await mkdir(join(folder, 'keys-outside'))
  await writeFile(join(folder, 'keys-outside', 'token'), 'no')
})
afterAll(() => rm(folder, { recursive: true }))

const name = 'org.apache.kafka.common.config.provider.'
const props = (params: Record<string, string> = {}) => ({
  'config.providers': 'file, dir,env', 'config.providers.file.class': `${name}FileConfigProvider`, 'config.providers.dir.class': `${name}DirectoryConfigProvider`, 'config.providers.env.class': `${name}EnvVarConfigProvider`, ...params,
})
const resolve = async (value: string, params: Record<string, string> = {}): Promise<string | undefined> =>
  (await workerConfigProviders(props(params), { HOME_TOWN: 'x', SECRET: 'y' }).resolve({ key: value })).key

describe('variables', () => {
  test.each([
    ['${file:FOLDER/secrets.properties:user}', 'ann'],
    ['${file:FOLDER/secrets.properties:password}!', 'éA!'],
    ['${file:FOLDER/secrets.properties:empty}', ''],
    ['a ${env:SECRET} ${env::HOME_TOWN} b', 'a y x b'],
    ['${dir:FOLDER/keys:token}', 'a\nb\n'],
    ['${dir:FOLDER/keys:sub}', '${dir:FOLDER/keys:sub}'],
    ['${dir:FOLDER/keys:../secrets.properties}', '${dir:FOLDER/keys:../secrets.properties}'],
    ['${file:FOLDER/secrets.properties:none}', '${file:FOLDER/secrets.properties:none}'],
    ['${none:a:b} ${env:SECRET}', '${none:a:b} y'],
    ['${file::user} ${plain} $', '${file::user} ${plain} $'],
    ['${env:toString}', '${env:toString}'],
  ])('%s', async (value, expected) => {
    expect(await resolve(value.replaceAll('FOLDER', folder))).toBe(expected.replaceAll('FOLDER', folder))
  })
  test('one that nothing stands for is told once, with the reason', async () => {
    const providers = workerConfigProviders(props(), {})
    const config = { a: `\${file:${folder}/secrets.properties:none}`, b: '${none:x:y}', c: '${env:NOWHERE}' }
    await providers.resolve(config)
    await providers.resolve(config)
    expect(lines.filter((line) => line.includes('stays')).map((line) => /as it is: ([^(]*) \(/.exec(line)?.[1])).toEqual([
      `config provider 'file' has no key 'none' in '${folder}/secrets.properties'`, "there is no config provider 'none'", "config provider 'env' has no key 'NOWHERE'",
    ])
  })
  test('a replacement is not looked at again, and nulls stay', async () => {
    const providers = createConfigProviders(new Map([['p', { get: () => Promise.resolve({ data: { k: '${p:k}$&' }, ttlMs: 5 }) }]]))
    expect(await providers.resolveWithTtl({ a: '${p:k}', b: null })).toEqual({ props: { a: '${p:k}$&', b: null }, ttlMs: 5 })
  })
})

test('of several times to live the shortest counts', async () => {
  const of = (ttlMs?: number) => ({ get: () => Promise.resolve({ data: { k: 'v' }, ...(ttlMs === undefined ? {} : { ttlMs }) }) })
  const providers = createConfigProviders(new Map([['a', of(7)], ['b', of(3)], ['c', of(9)], ['d', of()], ['e', of(-1)]]))
  const ttl = async (...names: readonly string[]) => (await providers.resolveWithTtl(Object.fromEntries(names.map((each) => [each, `\${${each}:k}`])))).ttlMs
  expect([await ttl('a', 'b', 'c', 'd'), await ttl('c', 'e'), await ttl('d'), await ttl('e')]).toEqual([3, 9, null, null])
})

describe('limits and errors', () => {
  test('allowed.paths keeps files and folders inside, neighbours with the same beginning too', async () => {
    const allowed = { 'config.providers.dir.param.allowed.paths': join(folder, 'keys'), 'config.providers.file.param.allowed.paths': join(folder, 'keys') }
    expect(await resolve(`\${dir:${folder}/keys:token}`, allowed)).toBe('a\nb\n')
    for (const value of [`\${dir:${folder}/keys-outside:token}`, `\${dir:${folder}/keys/../keys-outside:token}`, `\${file:${folder}/secrets.properties:user}`]) expect(await resolve(value, allowed)).toBe(value)
    expect(lines.filter((line) => line.includes('is not allowed to be accessed'))).toHaveLength(3)
  })
  test('the environment is filtered by its pattern', async () => {
    expect(await resolve('${env:SECRET} ${env:HOME_TOWN}', { 'config.providers.env.param.allowlist.pattern': 'HOME.*' })).toBe('${env:SECRET} x')
    expect(await resolve('${env:SECRET} ${env:HOME_TOWN}', { 'config.providers.env.param.allowlist.pattern': 'HOME' })).toBe('${env:SECRET} ${env:HOME_TOWN}') // the whole name has to match
  })
  test('Kafka’s messages', async () => {
    await expect(resolve('${file:/no/such:k}')).rejects.toThrow('Could not read properties from file /no/such')
    await expect(resolve('${env:path:k}')).rejects.toThrow("Path is not supported for EnvVarConfigProvider, invalid value 'path'")
    expect(() => workerConfigProviders(props({ 'config.providers.file.class': 'Nope' }), {})).toThrow('Class Nope could not be found')
    expect(() => workerConfigProviders(props({ 'config.providers.file.param.allowed.paths': 'relative' }), {})).toThrow('Path relative is not absolute')
  })
  test('worker properties are resolved except plugin.path', async () => {
    const { props: resolved } = await resolveWorkerProps({ ...props(), 'group.id': '${env:SECRET}', 'plugin.path': '${env:SECRET}' }, { SECRET: 's' })
    expect([resolved['group.id'], resolved['plugin.path']]).toEqual(['s', '${env:SECRET}'])
    expect(lines.join('')).toContain("Variables cannot be used in the 'plugin.path' property")
  })
})
