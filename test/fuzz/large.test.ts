/** Two megabytes of what makes a careless parser go over its input again and again: each ends, and well within the test's time. */
import { expect, test } from 'vitest'
import { hasVariable } from '../../src/config/config-provider.ts'
import { parseProperties } from '../../src/config/properties.ts'
import { parseJson } from '../../src/converters/json/parse.ts'
import { checkManifest, parsePackageJson } from '../../src/plugins/manifest.ts'
import { parseVersionRange } from '../../src/plugins/versions.ts'
import { readConfig } from '../../src/rest/body.ts'

const length = 2 * 1024 * 1024
const runs = (piece: string): string => piece.repeat(Math.ceil(length / piece.length))
/** Ends one way or the other. */
const ends = (parse: () => unknown): void => {
  try {
    parse()
  } catch (error) {
    expect(error).toBeInstanceOf(Error)
  }
}

const properties = ['\\', '\\\n', 'a\\\n', '\\\\', '\\u', '=', ' ', 'a\\ ', '\\\\\\x', '#\n', '\r']
test.each(properties)('properties of %j', (piece) => ends(() => parseProperties(runs(piece), { warn: () => undefined })))

const json = ['[', '{"a":', '"', '\\', '"\\u', '0', '1e', '-', ' ', '[1,', '{"a":1,', '""']
test.each(json)('JSON of %j', (piece) => {
  ends(() => parseJson(runs(piece)))
  ends(() => parseJson(runs(piece), true))
  ends(() => readConfig(runs(piece)))
  ends(() => readConfig(`{"a":"${runs(piece)}`))
  ends(() => checkManifest(parsePackageJson(runs(piece), 'package.json'), 'package.json'))
})

test.each(['${', '${a:', '${a:b', '}', ':'])('variables of %j', (piece) => ends(() => hasVariable(runs(piece))))
test.each(['[1,', '[1],', '1.', '1-', '^', '|| '])('version ranges of %j', (piece) => ends(() => parseVersionRange(runs(piece))))
