import { resolve } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillGrants } from '../../src/plugins/grants.ts'
import type { DeclaredPermissions } from '../../src/plugins/types.ts'

const cwd = '/worker'
const fs = (path: string): DeclaredPermissions => ({ fs: [{ path, access: 'read', reason: 'r' }], net: [], stdio: false })
const net = (host: string, port: string): DeclaredPermissions => ({ fs: [], net: [{ host, port, reason: 'r' }], stdio: false })
const pathOf = (template: string, config: Record<string, string>): string | undefined => fillGrants(fs(template), config, cwd).grants.fs[0]?.path
const refusals = (template: string, config: Record<string, string>): number => fillGrants(fs(template), config, cwd).refused.length

test.each([
  ['${config:file}', { file: '/data/in.txt' }, '/data/in.txt'],
  ['${config:file}', { file: 'in.txt' }, '/worker/in.txt'],
  ['${config:file}', { file: '../in.txt' }, '/in.txt'],
  ['${config:file}', { file: ' /data/in.txt ' }, '/data/in.txt'],
  ['${config:dir}/done', { dir: '/data/../in' }, '/in/done'],
  ['${config:dir}/done', { dir: '/' }, '/done'],
  ['/data/${config:tenant}/in', { tenant: 'a/b' }, '/data/a/b/in'],
  ['/data/${config:tenant}', { tenant: '/etc' }, '/data/etc'],
  ['${config:dir}/${config:file}', { dir: '/d', file: 'f' }, '/d/f'],
  ['data/fixed', {}, '/worker/data/fixed'],
  ['${config:file}.lock', { file: '/d/f' }, '/d/f.lock'],
])('%s with %j is %s', (template, config, path) => {
  expect(pathOf(template, config)).toBe(path)
  expect(refusals(template, config)).toBe(0)
})

test('an entry whose variable is absent or empty is left out without a word', () => {
  for (const config of [{}, { dir: '/d' }, { dir: '/d', file: '' }, { dir: '/d', file: '  ' }, { file: 'f' }] as Record<string, string>[]) {
    expect(pathOf('${config:dir}/${config:file}', config)).toBeUndefined()
    expect(refusals('${config:dir}/${config:file}', config)).toBe(0)
  }
  expect(pathOf('${config:constructor}', {})).toBeUndefined()
})

test.each([
  ['/data/${config:tenant}/in', { tenant: '..' }],
  ['/data/${config:tenant}/in', { tenant: 'a/../../b' }],
  ['/data/${config:tenant}', { tenant: '.' }],
  ['/data/${config:tenant}', { tenant: '/' }],
  ['/data/${config:tenant}', { tenant: '//' }],
  ['/data/.${config:tenant}', { tenant: '.' }],
  ['/data/${config:a}${config:b}/x', { a: '.', b: '.' }],
  ['${config:dir}/${config:file}', { dir: '/d', file: '../../etc/passwd' }],
  ['${config:dir}.', { dir: '/d/.' }],
  ['${config:dir}${config:tail}', { dir: '/d/', tail: '..' }],
  ['${config:file}', { file: '/d/\0f' }],
])('%s with %j would widen what was declared and is left out with a reason', (template, config) => {
  expect(pathOf(template, config)).toBeUndefined()
  expect(refusals(template, config)).toBe(1)
})

test('whatever the values, a path stays strictly below the words before its first variable', () => {
  const segment = fc.string({ unit: fc.constantFrom('.', '..', '/', 'a', ' ', '~', '$', '{', '}'), maxLength: 12 })
  fc.assert(
    fc.property(segment, segment, (a, b) => {
      const path = pathOf('/data/${config:a}/in/${config:b}', { a, b })
      if (path !== undefined) {
        expect(path.startsWith('/data/')).toBe(true)
        expect(path).toMatch(/\/in\/.+/)
        expect(path).toBe(resolve(path))
      }
    }),
  )
})

test('a value is never read as a template again', () => {
  expect(pathOf('/data/${config:a}', { a: '${config:b}', b: 'secret' })).toBe('/data/${config:b}')
})

test.each([
  ['${config:h}', '${config:p}', { h: 'DB.example.com', p: '5432' }, { host: 'db.example.com', port: '5432' }],
  ['${config:h}', '443', { h: '::1' }, { host: '::1', port: '443' }],
  ['*.example.com', '*', {}, { host: '*.example.com', port: '*' }],
  ['${config:region}.example.com', '443', { region: 'eu' }, { host: 'eu.example.com', port: '443' }],
])('host %s and port %s are filled in', (host, port, config, grant) => {
  expect(fillGrants(net(host, port), config as Record<string, string>, cwd).grants.net).toEqual([{ ...grant, reason: 'r' }])
})

test.each([
  ['${config:h}', '${config:p}', { h: '*', p: '1' }],
  ['${config:h}.example.com', '443', { h: '*' }],
  ['${config:h}', '443', { h: 'a/b' }],
  ['${config:h}', '${config:p}', { h: 'a', p: '*' }],
  ['${config:h}', '${config:p}', { h: 'a', p: '0' }],
  ['${config:h}', '${config:p}', { h: 'a', p: '1-65535' }],
])('host %s and port %s with %j stay closed: only the manifest may say *', (host, port, config) => {
  const { grants, refused } = fillGrants(net(host, port), config as Record<string, string>, cwd)
  expect(grants.net).toEqual([])
  expect(refused).toHaveLength(1)
})
