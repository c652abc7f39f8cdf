/** Documentation that names a path names one that exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const rootDir = resolve(import.meta.dirname, '..')
const documents = ['README.md', ...readdirSync(join(rootDir, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]

test('every path of ours that a document names exists', () => {
  const missing = documents.flatMap((document) => {
    const text = readFileSync(join(rootDir, document), 'utf8')
    const named = [...text.matchAll(/(?:^|[\s`(])((?:src|sandbox|plugin-path|test|docs|scripts|samples)\/[\w./-]*\w\/?)/gm)].map((match) => match[1] ?? '')
    const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map((match) => join(document, '..', match[1] ?? ''))
    return [...named, ...linked].filter((path) => !existsSync(join(rootDir, path))).map((path) => `${document}: ${path}`)
  })
  expect(missing).toEqual([])
})

test('a room with an invariant has a README of at most 15 lines', () => {
  const long = readdirSync(join(rootDir, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('README.md'))
    .filter((name) => readFileSync(join(rootDir, 'src', name), 'utf8').trimEnd().split('\n').length > 15)
  expect(long).toEqual([])
})
