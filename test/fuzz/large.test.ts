/** Two megabytes of what makes a careless parser go over its input again and again: each ends, and well within the test's time. */
import { expect, test } from 'vitest'
import { hasVariable } from '../../src/config/config-provider.ts'
import { parseProperties } from '../../src/config/properties.ts'
import { parseJson } from '../../src/converters/json/parse.ts'
import { looksLike } from '../../src/converters/looks-like.ts'
import { parseString } from '../../src/data/values-parse.ts'
import { checkManifest, parsePackageJson } from '../../src/plugins/manifest.ts'
import { parseVersionRange } from '../../src/plugins/versions.ts'
import { readConfig } from '../../src/rest/body.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { atOnce, converter } from '../converters/helpers.ts'

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

/** By the converter, as records; V8's JSON.parse must never see the deepest of them (data/json.ts). */
test.each([...json, '{"a":1,"b":', '[1],', '[1e5,', '[9999999999999999,', '{"a":1.0,', '\\ud800', '{"\\u0061":1,'])('records of %j', (piece) => {
  const text = runs(piece).slice(0, 400_000)
  for (const document of [text, `[${text}1]`, `{"x":[${text}1]}`, `"${text}"`, `{"schema":{"type":"int64"},"payload":${text}}`, `{"schema":${text}1],"payload":1}`]) {
    for (const config of [{ 'schemas.enable': 'false' }, { 'schemas.enable': 'true' }]) {
      const bytes = Buffer.from(document)
      const { errors, count } = atOnce(converter('org.apache.kafka.connect.json.JsonConverter', config).toConnect([{ count: 1, bytes, start: Int32Array.of(0), end: Int32Array.of(bytes.length) }], { topics: ['t'], topic: null }, new SchemaTable()))
      expect([count, errors.length <= 1]).toEqual([1, true])
      looksLike({ side: 'value', className: '', bytes, showBytes: true })
    }
  }
})
test.each(['[', '[1,', '{', '{a:', '{a:1,', '"', '\\', '1:', '1-', '[1],', '{1:[', '[1e5,', '[null,'])('values of a header of %j', (piece) => {
  ends(() => parseString(runs(piece).slice(0, 400_000)))
  ends(() => parseString(`[${runs(piece).slice(0, 400_000)}]`))
})
test.each(['${', '${a:', '${a:b', '}', ':'])('variables of %j', (piece) => ends(() => hasVariable(runs(piece))))
test.each(['[1,', '[1],', '1.', '1-', '^', '|| '])('version ranges of %j', (piece) => ends(() => parseVersionRange(runs(piece))))
