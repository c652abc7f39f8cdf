/** Damaged text: properties, manifests, JSON, versions, regular expressions, JAAS and listeners end in a value or in an error of their own. */
import { expect, test } from 'vitest'
import { fullMatch } from '../../src/config/java-regex.ts'
import { parseHeaderRules, parseListener } from '../../src/config/listener.ts'
import { parseProperties } from '../../src/config/properties.ts'
import { parseJson } from '../../src/converters/json/parse.ts'
import { ConfigException, DataException } from '../../src/data/errors.ts'
import { ConnectError } from '../../src/errors.ts'
import { checkManifest, parsePackageJson } from '../../src/plugins/manifest.ts'
import { parseVersionRange } from '../../src/plugins/versions.ts'
import { readConfig, readCreateRequest, readOffsets } from '../../src/rest/body.ts'
import { damagedText, fuzz } from './fuzz.ts'

const bothWays = ({ accepted, refused }: { readonly accepted: number; readonly refused: number }): void => {
  expect(accepted).toBeGreaterThan(100)
  expect(refused).toBeGreaterThan(100)
}

test('properties: keys and values, or the line that is wrong', () => {
  bothWays(fuzz({
    samples: ['a=b\nc : d\\\n  e\n# no\n', 'k\\u0041=v\\t\\n\r\nx y z\r=\r', 'bootstrap.servers=localhost:9092\nkey.converter=org.apache.kafka.connect.storage.StringConverter\n'],
    damaged: damagedText(['\\', '\\u', '\\u00', '=', ':', ' ', '\n', '\r', '\r\n', '#', '!', '\f', '__proto__', 'a', '\\\n', '\\\\']),
    seed: 11,
    refusals: [ConnectError],
    parse: (text) => {
      for (const value of Object.values(parseProperties(text, { warn: () => undefined }))) if (typeof value !== 'string') throw new Error('a value that is no text')
    },
  }))
})

test('manifests: a checked manifest, or every mistake in one error', () => {
  const manifest = {
    name: 'connect-tick', version: '1.4.0', main: 'index.js',
    isoconnect: {
      plugins: [{ type: 'source', class: 'com.example.TickSource', export: 'TickSource' }],
      permissions: { net: [{ host: '${config:db.host}', port: '${config:db.port}', reason: 'the database' }], fs: [{ path: '${config:file}', access: 'read', reason: 'the file' }], stdio: false },
      limits: { 'memory.mb': 128 },
    },
  }
  bothWays(fuzz({
    samples: [JSON.stringify(manifest), JSON.stringify({ name: 'x', version: '0.0.1', isoconnect: { plugins: [{ type: 'sink', class: 'X', export: 'X' }] } })],
    damaged: damagedText(['"', '{', '}', '[', ']', ',', ':', 'null', 'true', '1e999', '"__proto__":', '"constructor"', '\\u0000', '../', '"*"', '"65536"', '${config:', '${', '"source"', '-1', ' ']),
    seed: 12,
    refusals: [ConnectError],
    parse: (text) => void checkManifest(parsePackageJson(text, 'package.json'), 'package.json'),
  }))
})

const jsonPieces = ['"', '{', '}', '[', ']', ',', ':', 'null', 'true', 'fals', '1e5', '-', '0', '00', '1.', '.5', '12345678901234567890', '\\u12', '\\uD83D', '\\', '"__proto__":', ' ', '\n', 'NaN']
test('JSON documents: a tree, or Jackson\'s kind of error', () => {
  bothWays(fuzz({
    samples: ['{"schema":{"type":"string","optional":false},"payload":"x"}', '[1,-2.50e3,true,null,{"a":"\\u00e9\\n"},[[]]]', '12345678901234567890.10', '"text"'],
    damaged: damagedText(jsonPieces),
    seed: 13,
    refusals: [DataException],
    parse: (text) => {
      parseJson(text)
      parseJson(text, true)
    },
  }))
})

test('REST bodies: a request, or what is wrong with it', () => {
  const create = JSON.stringify({ name: 'c', config: { 'connector.class': 'X', n: 1, flag: true }, initial_state: 'PAUSED' })
  const offsets = JSON.stringify({ offsets: [{ partition: { filename: 'a' }, offset: { position: 12 } }, { partition: { filename: 'b' }, offset: null }] })
  for (const [seed, sample, read] of [[14, create, readCreateRequest], [15, JSON.stringify({ a: 'b', c: null }), readConfig], [16, offsets, readOffsets]] as const) {
    bothWays(fuzz({ samples: [sample], damaged: damagedText(jsonPieces), seed, refusals: [ConnectError], parse: (text) => void read(text) }))
  }
})

test('version ranges: a range that answers, or an error', () => {
  bothWays(fuzz({
    samples: ['[1.0,2.0)', '(,1.0],[1.2,)', '^1.2.0', '>=1 <3 || 7', '1.0.0-rc.1+b', 'latest'],
    damaged: damagedText(['[', ']', '(', ')', ',', '.', '1', '99999999999999999999', '-', '+', '^', '~', '*', 'x', '||', ' ', '>=']),
    seed: 17,
    refusals: [ConnectError],
    parse: (text) => void parseVersionRange(text)?.matches('1.2.3'),
  }))
})

test('regular expressions of Java: one that matches, or a SyntaxError', () => {
  bothWays(fuzz({
    samples: ['(?i)foo-.*', '[a-z&&[^b]]+\\d{2,3}', '\\Qa.b\\E|\\p{Alpha}+', '(?<name>x)\\k<name>', '\\Aa\\z'],
    damaged: damagedText(['(', ')', '[', ']', '{', '}', '*', '+', '?', '|', '\\', '\\Q', '\\E', '\\p{', '^', '$', '(?', '(?<', '&&', '++', '.', '-']),
    seed: 18,
    refusals: [SyntaxError],
    parse: (text) => void fullMatch(text).test('foo-12'),
  }))
})

test('listeners and header rules: a listener, or an error', () => {
  bothWays(fuzz({ samples: ['http://127.0.0.1:8083', 'https://[::1]:0', 'HTTP://:8083'], damaged: damagedText(['http', '://', ':', '/', '[', ']', '0', '65536', ' ', '@', '#', '%', 'a']), seed: 19, refusals: [ConfigException, ConnectError], parse: (text) => void parseListener(text) }))
  bothWays(fuzz({ samples: ['set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"', 'setDate Expires: 10'], damaged: damagedText(['set', 'add', 'setDate', ' ', ',', '"', ':', '\n', '\r', 'x', '-1']), seed: 20, refusals: [ConfigException, ConnectError], parse: (text) => void parseHeaderRules(text) }))
})
