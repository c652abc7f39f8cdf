/** The fast ways of JsonConverter (tagged values to bytes, bytes to tagged values) against its general ones: the same bytes, the same values. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTextColumn } from '../../src/converters/json/decode-text.ts'
import { decodeValuesColumn } from '../../src/converters/json/decode-values.ts'
import { JsonReader } from '../../src/converters/json/reader.ts'
import { JsonScanner } from '../../src/converters/json/scan.ts'
import { ScanPlans } from '../../src/converters/json/scan-plans.ts'
import { writeJson } from '../../src/converters/json/write.ts'
import type { ByteRanges, ConnectColumn } from '../../src/converters/types.ts'
import { JavaDouble } from '../../src/data/java-double.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'
import { Struct } from '../../src/data/struct.ts'
import { columnOf, valuesOf } from '../../src/wire/columns.ts'
import { hostValues } from '../../src/wire/host-columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToText, columnToUtf8 } from '../../src/wire/transcode.ts'
import { Utf8Texts } from '../../src/wire/utf8-texts.ts'
import { ValuesWriter } from '../../src/wire/values.ts'
import { schemaless, typedColumn } from '../data/arbitraries.ts'
import { atOnce, converter } from './helpers.ts'

const json = 'org.apache.kafka.connect.json.JsonConverter'
const topics = { topics: ['t'], topic: null }
const run = { numRuns: 400, seed: 20_261_125 }

const textsOf = (values: ConnectColumn, config: Readonly<Record<string, string>>): readonly (string | null)[] => {
  const { bytes, start, end, errors } = atOnce(converter(json, config).fromConnect(values, topics))
  const failed = new Map(errors.map(({ row, error }) => [row, error.message]))
  return Array.from({ length: values.count }, (_, row) => failed.get(row) ?? ((start[row] as number) < 0 ? null : Buffer.from(bytes).toString('utf8', start[row], end[row])))
}
/** What the writer of single values makes of each row; with an envelope, of its payload. */
const oneByOne = (rows: readonly unknown[], schema: Schema | null, config: Readonly<Record<string, string>>): readonly (string | null)[] => {
  const options = { decimalNumeric: config['decimal.format'] === 'NUMERIC', replaceNullWithDefault: config['replace.null.with.default'] !== 'false' }
  return rows.map((value) => {
    if (value === null && schema === null) return null
    try {
      return writeJson(value, schema, options)
    } catch (error) {
      return (error as Error).message
    }
  })
}
const payloadOf = (text: string | null): string | null => text && /^\{"schema":.*?,"payload":/.test(text) ? text.slice(text.indexOf(',"payload":') + 11, -1) : text
/** Both ways over the same rows. */
const written = (rows: readonly unknown[], schema: Schema | null, config: Readonly<Record<string, string>>) => {
  const table = new SchemaTable()
  const at = table.indexOf(schema)
  // a row of another kind beside them makes it a column of tagged values whatever they are
  const all = [...rows, 1, 'x']
  const column = columnToUtf8(columnOf(all, table))
  const index = new Int32Array(all.length).fill(at)
  const common = { count: all.length, schemas: table.schemas, schema: index }
  return { kind: column.kind, fast: textsOf({ ...common, column }, config), general: textsOf({ ...common, column: { kind: 'objects', values: all } }, config) }
}

test.each<Readonly<Record<string, string>>>([
  { 'schemas.enable': 'true' }, { 'schemas.enable': 'false' }, { 'schemas.enable': 'false', 'decimal.format': 'NUMERIC' }, { 'schemas.enable': 'false', 'replace.null.with.default': 'false' },
])('values of any schema become the same bytes both ways: %o', (config) => {
  fc.assert(fc.property(typedColumn, ({ schema, values }) => {
    const { kind, fast, general } = written(values, schema, config)
    expect(kind).toBe('values')
    expect(fast).toEqual(general)
    expect(fast.slice(0, values.length).map(payloadOf)).toEqual(oneByOne(values, schema, config))
  }), run)
})
test('values without a schema become the same bytes both ways', () => {
  fc.assert(fc.property(fc.array(schemaless, { minLength: 1, maxLength: 4 }), (values) => {
    const { fast, general } = written(values, null, { 'schemas.enable': 'false' })
    expect(fast).toEqual(general)
    expect(fast.slice(0, values.length)).toEqual(oneByOne(values, null, {}))
  }), run)
})

const partOf = (texts: readonly (string | null)[]): ByteRanges => {
  const buffers = texts.map((text) => (text === null ? null : Buffer.from(text)))
  const start = new Int32Array(texts.length)
  const end = new Int32Array(texts.length)
  let at = 2
  buffers.forEach((buffer, row) => {
    start[row] = buffer === null ? -1 : at
    end[row] = buffer === null ? -1 : (at += buffer.length)
  })
  return { count: texts.length, bytes: Buffer.concat([Buffer.from('##'), ...buffers.filter((buffer) => buffer !== null), Buffer.from('}}')]), start, end }
}
const reader = (schemasEnable: boolean): JsonReader => new JsonReader({ schemasEnable, schemaContent: '', cacheSize: 10, replaceNullWithDefault: true })
/** The documents read twice by the column (the first reading teaches the heads), and one by one. */
const read = (texts: readonly (string | null)[], schemasEnable: boolean) => {
  const part = partOf(texts)
  const taught = reader(schemasEnable)
  decodeValuesColumn([part], taught, new ScanPlans(), new SchemaTable())
  const table = new SchemaTable()
  const column = decodeValuesColumn([part], taught, new ScanPlans(), table)
  const values = hostValues(column.column, texts.length, table.schemas)
  const errors = new Map(column.errors.map(({ row, error }) => [row, error.message]))
  const fast = texts.map((_, row) => errors.get(row) ?? { value: values[row], schema: (column.schema === null ? table.schemas[0] : table.schemas[column.schema[row] as number]) ?? null })
  const general = texts.map((text) => {
    if (text === null) return { value: null, schema: null }
    try {
      const { value, schema } = reader(schemasEnable).read(Buffer.from(text), 0, Buffer.byteLength(text))
      return { value, schema }
    } catch (error) {
      return (error as Error).message
    }
  })
  return { fast, general }
}
const same = (a: unknown, b: unknown): void => {
  expect(String(JSON.stringify(a, plain))).toBe(String(JSON.stringify(b, plain)))
  expect(a).toEqual(b)
}
const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)

test('documents with a schema are read the same both ways', () => {
  fc.assert(fc.property(typedColumn, ({ schema, values }) => {
    const texts = written(values, schema, {}).general.slice(0, values.length)
    const { fast, general } = read(texts, true)
    same(fast, general)
  }), run)
})
test('documents without a schema are read the same both ways', () => {
  fc.assert(fc.property(fc.array(schemaless, { minLength: 1, maxLength: 4 }), fc.boolean(), (values, spaced) => {
    const texts = values.map((value) => JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner), spaced ? 1 : 0))
    const { fast, general } = read(texts, false)
    same(fast, general)
  }), run)
})
/** White space wherever JSON allows it. */
const spacedOut = (text: string): string => text.replaceAll(/"(?:[^"\\]|\\.)*"|[{}[\]:,]/g, (token) => (token.startsWith('"') ? token : ` \t${token}\r\n `))
test('white space between the tokens of a document changes nothing', () => {
  fc.assert(fc.property(typedColumn, ({ schema, values }) => {
    const { fast, general } = read(written(values, schema, {}).general.slice(0, values.length).map((text) => text && spacedOut(text)), true)
    same(fast, general)
  }), run)
})
/** The text as a JSON string, each unit written as it is or in one of the ways to escape it. */
const escapedOf = (...more: readonly string[]): fc.Arbitrary<string> => fc.array(fc.tuple(fc.oneof(fc.string({ unit: 'grapheme', maxLength: 3 }), fc.constantFrom('"', '\\', '/', '\n', '\b', '\f', '\r', '\t', '\u0000', '\ud83d\ude00', ...more)), fc.boolean()), { maxLength: 8 })
  .map((pieces) => `"${pieces.map(([text, all]) => (all ? text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : JSON.stringify(text).slice(1, -1))).join('')}"`)
const escaped = escapedOf()
const unpaired = escapedOf('\ud83d', '\ude00')
test('escapes mean the same both ways', () => {
  fc.assert(fc.property(fc.array(unpaired, { minLength: 1, maxLength: 4 }), (texts) => {
    const envelopes = texts.map((text) => `{"schema":{"type":"string","optional":false},"payload":${text}}`)
    same(...(Object.values(read([...texts, '[1]'], false)) as [unknown, unknown]))
    same(...(Object.values(read([...envelopes, '{"schema":null,"payload":1}'], true)) as [unknown, unknown]))
  }), run)
})
test('every byte at every place of a text means the same both ways', () => {
  const texts = Array.from({ length: 0x100 * 9 }, (_, index) => `{"k":"${'x'.repeat(index % 9)}${String.fromCharCode(Math.floor(index / 9))}${'\\'.repeat(index % 2)}"yyyyy"}`)
  const whole = texts.map((text) => text.replace('"yyyyy"', 'yyyyy"'))
  for (const each of [texts, whole]) same(...(Object.values(read(each, false)) as [unknown, unknown]))
})
test('a column of texts is read like each text alone, with escapes and without, broken ones among them', () => {
  const odd = fc.constantFrom('"a\u0001"', '"unfinished', '"a"b"', '""', 'null', '"\\x"', ' "blank"', '"é\u0000"')
  fc.assert(fc.property(fc.array(fc.oneof({ arbitrary: escaped, weight: 6 }, { arbitrary: fc.string().map((text) => `"${Array.from(text).filter((unit) => unit >= ' ' && unit !== '"' && unit !== '\\').join('')}"`), weight: 6 }, odd), { minLength: 1, maxLength: 8 }), fc.boolean(), (texts, enveloped) => {
    const documents = ['"first"', ...texts].map((text) => (enveloped ? `{"schema":{"type":"string","optional":true},"payload":${text}}` : text))
    const taught = reader(enveloped)
    const part = partOf(documents)
    decodeTextColumn([part], taught, new SchemaTable())
    const column = decodeTextColumn([part], taught, new SchemaTable())
    if (column === null || column.column.kind !== 'utf8') throw new Error('not taken as text')
    const failed = new Map(column.errors.map(({ row, error }) => [row, error.message]))
    expect(column.errors.map(({ row }) => row)).toEqual([...failed.keys()].toSorted((a, b) => a - b))
    const values = hostValues(column.column, documents.length, [])
    expect(documents.map((_, row) => failed.get(row) ?? values[row])).toEqual(documents.map((document) => {
      try {
        return reader(enveloped).read(Buffer.from(document), 0, Buffer.byteLength(document)).value
      } catch (error) {
        return (error as Error).message
      }
    }))
  }), run)
})
test.each([
  '{"a":"say \\"hi\\" \\\\ \\/ \\b\\f\\n\\r\\t"}', '{"a":"\\u00e9\\u20ac\\ud83d\\ude00"}', '{ "a" : [ 1 , 2.5e3 , 1.0 ] }\n', '[9007199254740993,-123456789012345678]', `[${'7,'.repeat(3000)}7]`, '{"a":{"x":1},"b":[{"x":1},{"y":2},{"x":1,"z":3}]}', '{"ключ":null}',
])('%s needs no string and no tree to be read', (text) => {
  expect(scanned(text)).toBe(true)
})
test.each(['"\\ud83d"', '"\\u12"', '"\\x"', '{"\\u0061":1}', '1234567890123456789', '[1,]', '{"a":1', '"a\u0001"', '1 2'])('%s is left to the long way, and nothing stays of it', (text) => {
  expect(scanned(text)).toBe(false)
})
const scanned = (text: string): boolean => {
  const texts = new Utf8Texts()
  const writer = new ValuesWriter(new SchemaTable(), texts)
  const bytes = Buffer.from(`${text}"}]`)
  const found = new JsonScanner(writer, texts, new ScanPlans(), false).scan(bytes, 0, Buffer.byteLength(text), null)
  if (!found) expect([writer.length, texts.count, texts.length]).toEqual([0, 0, 0])
  return found
}
test.each([
  '-0', '-0.0', '01', '1e3', '1E400', '12345678901234567', '-123456789012345678', '9223372036854775807', '9223372036854775808', '-9223372036854775809', '1e3', '[1.5e300,12E-2]', '"\\ud83d\\ude00"', '"\\u00E9\\x"', '0.1234567890123456789', '9007199254740993', '-', '1.', '.5', '{"a":1,"a":2}', '{"__proto__":1}', '{"a"}', '[1,]', '[]', '{}', ' {}', '{} x', '"a\u0001"', 'tru', 'nulll', 'falsee', '{"a":[true,false,null]}', '"unfinished', '',
])('odd document %s is read the same both ways', (text) => {
  const { fast, general } = read([text, '{"x":1}', null], false)
  same(fast, general)
})
test('1.0 stays a Double on the host and is a plain number to a guest', () => {
  const table = new SchemaTable()
  const { column } = decodeValuesColumn([partOf(['[1.0,1,1.5]'])], reader(false), new ScanPlans(), table)
  expect(hostValues(column, 1, [])).toEqual([[new JavaDouble(1), 1, 1.5]])
  if (column.kind !== 'values') throw new Error(column.kind)
  expect(valuesOf(columnToText(column), 1, [])).toEqual([[1, 1, 1.5]])
})
test('documents that are not UTF-8 fail alone', () => {
  const good = Buffer.from('{"a":"é"}')
  const bytes = Buffer.concat([good, Buffer.from('{"a":"'), Buffer.from([0xc3]), Buffer.from('"}'), good])
  const column = decodeValuesColumn([{ count: 3, bytes, start: Int32Array.of(0, 10, 19), end: Int32Array.of(10, 19, 29) }], reader(false), new ScanPlans(), new SchemaTable())
  expect(column.errors.map(({ row }) => row)).toEqual([1])
  expect(hostValues(column.column, 3, [])).toEqual([{ a: 'é' }, null, { a: 'é' }])
})
test('a document that is nested too deep takes none of its neighbours’ texts along', () => {
  const deep = `{"s":"gone","deep":${'['.repeat(250)}"gone too"${']'.repeat(250)}}`
  const column = decodeValuesColumn([partOf(['{"s":"before"}', deep, '{"s":"behind"}'])], reader(false), new ScanPlans(), new SchemaTable())
  expect(column.errors.map(({ row }) => row)).toEqual([1])
  expect(hostValues(column.column, 3, [])).toEqual([{ s: 'before' }, null, { s: 'behind' }])
})
test('a struct of another schema than its record says is refused both ways, also where their fields are alike', () => {
  const struct = (name: string): Schema => SchemaBuilder.struct().name(name).field('a', schemas.STRING_SCHEMA).build()
  const { kind, fast, general } = written([new Struct(struct('one')).put('a', 'x'), new Struct(struct('other')).put('a', 'x'), new Struct(struct('one')).put('a', 'y')], struct('one'), { 'schemas.enable': 'false' })
  expect(kind).toBe('values')
  expect(fast).toEqual(general)
  expect(general.slice(0, 3)).toEqual(['{"a":"x"}', 'Mismatching schema.', '{"a":"y"}'])
})
test('a text that would be UTF-8 only together with the next one fails with its record', () => {
  const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3]), Buffer.from('"}{"a":"'), Buffer.from([0xa9]), Buffer.from('"}')])
  const column = decodeValuesColumn([{ count: 2, bytes, start: Int32Array.of(0, 9), end: Int32Array.of(9, 18) }], reader(false), new ScanPlans(), new SchemaTable())
  expect(column.errors.map(({ row }) => row)).toEqual([0, 1])
})

test('texts behind which thousands of broken ones stand are looked through once', () => {
  const good = JSON.stringify('x'.repeat(8 * 1024 * 1024))
  const rows = [good, ...Array.from({ length: 20_000 }, () => '"')]
  const bytes = Buffer.from(rows.join(' '))
  let at = 0
  const start = Int32Array.from(rows, (row) => (at += row.length + 1) - row.length - 1)
  const part: ByteRanges = { count: rows.length, bytes, start, end: Int32Array.from(rows, (row, index) => (start[index] as number) + row.length) }
  const decoded = decodeTextColumn([part], new JsonReader({ schemasEnable: false, schemaContent: '', cacheSize: 10, replaceNullWithDefault: true }), new SchemaTable())
  expect(decoded?.errors.map(({ row }) => row)).toEqual(Array.from({ length: 20_000 }, (_, row) => row + 1))
})
