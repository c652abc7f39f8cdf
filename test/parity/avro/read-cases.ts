/** Avro schemas as others write them, with data: logical types, unions, enums, docs, defaults, references to names, properties of Connect. */
import type { Config } from '../cases.ts'
import type { AvroCase } from './run.ts'

const read = (avro: unknown, hex: string, config?: Config): AvroCase => ({ avro, hex, ...(config === undefined ? {} : { config }) })
const under = (configs: readonly Config[], avro: unknown, hex: string): readonly AvroCase[] => configs.map((config) => read(avro, hex, config))
const record = (name: string, ...fields: readonly unknown[]) => ({ type: 'record', name, namespace: 'n', fields })
const field = (type: unknown, more: object = {}) => ({ name: 'f', type, ...more })
/** One field of the type, which is where most types are. */
const holding = (type: unknown, hex: string, more: object = {}, config?: Config): AvroCase => read(record('R', field(type, more)), hex, config)
const enhanced: Config = { 'enhanced.avro.schema.support': 'true' }
const all: readonly Config[] = [
  {}, enhanced, { 'connect.meta.data': 'false' }, { 'discard.type.doc.default': 'true' }, { 'scrub.invalid.names': 'true' }, { 'flatten.singleton.unions': 'false' }, { 'generalized.sum.type.support': 'true' },
]
const logical = (type: string, logicalType: string, more: object = {}) => ({ type, logicalType, ...more })
const suit = { type: 'enum', name: 'Suit', namespace: 'cards', symbols: ['HEARTS', 'SPADES'], default: 'HEARTS', doc: 'of cards' }
const hash = { type: 'fixed', name: 'Hash', namespace: 'n', size: 2 }
const entry = (key: unknown, value: unknown, more: object = {}) => ({ type: 'array', items: { type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro', fields: [{ name: 'key', type: key }, { name: 'value', type: value }], ...more } })

const primitives: readonly AvroCase[] = [
  ...[['boolean', '01'], ['boolean', '00'], ['int', '01'], ['int', 'feffffff0f'], ['long', 'ffffffffffffffffff01'], ['long', '8080808010'], ['float', '0000c07f'], ['double', '0000000000000080'], ['string', '04c3a9'], ['string', '00'], ['bytes', '0102ff'], ['bytes', '']].map(([type, hex]) => read(type, hex ?? '')),
  ...[['bytes', '040102'], ['string', '04c328'], ['null', '']].map(([type, hex]) => holding(type, hex ?? '')),
  ...['int8', 'int16', 'int32', 'nonsense'].map((type) => holding({ type: 'int', 'connect.type': type }, 'fe07')),
]
const logicals: readonly AvroCase[] = [
  ...['date', 'time-millis', 'DATE', 'nonsense'].map((name) => holding(logical('int', name), '8002')), ...['timestamp-millis', 'timestamp-micros', 'time-micros', 'local-timestamp-millis', 'local-timestamp-micros', 'timestamp-nanos'].map((name) => holding(logical('long', name), '80897a')),
  holding(logical('string', 'uuid'), '0461 62'.replaceAll(' ', '')), holding(logical('bytes', 'decimal', { precision: 9, scale: 2 }), '0204'.slice(0, 4)), holding(logical('bytes', 'decimal', { precision: 64 }), '0404d2'), holding(logical('bytes', 'decimal', { precision: 9, scale: 2 }), '00'),
  holding({ ...hash, logicalType: 'decimal', precision: 4, scale: 1 }, 'fff6'), holding(logical('int', 'time-millis'), 'ff01'), holding(logical('int', 'date', { 'connect.type': 'int8' }), '02'), read(logical('int', 'date'), '02'), read(logical('bytes', 'decimal', { precision: 3, scale: 1 }), '0a'),
  holding(logical('int', 'date', { 'connect.name': 'org.apache.kafka.connect.data.Date', 'connect.version': 1 }), '02'), holding(logical('int', 'date', { 'connect.name': 'other' }), '02'),
]
const unions: readonly AvroCase[] = [
  ...['00', '0202'].map((hex) => holding(['null', 'int'], hex)), ...['02', '0002'].map((hex) => holding(['int', 'null'], hex)), ...under(all, ['string'], '000261'),
  ...under(all, record('R', field(['string'])), '000261'), ...under(all, record('R', field(['int', 'string'])), '020261'), ...under(all, record('R', field(['null', 'int', 'string', suit, record('Inner', field('int'))])), '0602'), ...under(all, record('R', field(['null', 'int', 'string'])), '00'),
  holding(['int', 'null'], '0002', { default: 5 }), holding(['null', 'int'], '00', { default: null }), holding(['int', 'string'], '0002', { default: 7 }), read(['null', 'int'], '00'), read(['null', 'int', 'string'], '00'), read(['int', 'string'], '020261'),
  ...under([{}, enhanced], record('R', field([{ type: 'record', name: 'A', namespace: 'x', fields: [] }, { type: 'record', name: 'A', namespace: 'y', fields: [] }])), '02'),
  holding(['null', logical('long', 'timestamp-millis')], '0280897a'), holding(['null', { type: 'array', items: 'int' }, { type: 'map', values: 'int' }], '04020261020000'.slice(0, 12)), holding(['null', hash, 'bytes'], '020102'),
]
const named: readonly AvroCase[] = [
  ...under(all, record('R', field(suit, { default: 'SPADES', doc: 'which' })), '02'), ...under(all, record('R', field(hash)), '0102'), ...under(all, { ...record('R', field('int', { doc: 'a field', default: 3 })), doc: 'a record' }, '02'),
  read({ type: 'record', name: 'ConnectDefault', namespace: 'io.confluent.connect.avro', fields: [field('int')] }, '02'), read({ type: 'record', name: 'a.b.R', fields: [field('int')] }, '02'), read({ type: 'record', name: 'R', fields: [field(suit), { name: 'g', type: 'cards.Suit' }] }, '0200'),
  read({ ...record('R', field(record('I', field('int'))), { name: 'g', type: 'I' }) }, '0204'), read({ ...record('R', field('int')), aliases: ['Old'], 'connect.name': 'c.R', 'connect.version': 7, 'connect.doc': 'cdoc', 'connect.parameters': { k: 'v' }, 'avro.x': 'y', other: 1 }, '02'),
  read({ ...record('R', field('int')), 'connect.version': 'x' }, '02'), read({ ...record('R', field('int')), 'connect.parameters': { k: 1 } }, '02'), read({ ...record('R', field('int')), 'connect.parameters': [] }, '02'), read({ ...record('R', field('int')), 'connect.name': 1 }, '02'),
  read(record('R', field(record('I', field('int'))), { name: 'g', type: 'I', 'connect.parameters': { k: 'v' } }), '0204'),
]
const defaults: readonly AvroCase[] = [
  ...([
    ['int', 5, '00'], ['long', 5, '00'], ['float', 1.5, '00000000'], ['double', 2, '0000000000000000'], ['boolean', true, '01'], ['string', 'x', '00'], ['bytes', '\u00ff', '00'], [{ type: 'array', items: 'int' }, [1], '00'], [{ type: 'map', values: 'string' }, { a: 'b' }, '00'],
    [hash, '\u0001\u0002', '0102'], [record('I', field('int', { default: 4 })), {}, '00'], [record('I', field('int')), { f: 2 }, '00'],
  ] as const).map(([type, value, hex]) => holding(type, hex, { default: value })),
  holding(logical('int', 'date'), '02', { default: 3 }), holding(logical('bytes', 'decimal', { precision: 4, scale: 1 }), '0205', { default: '\u0001' }), holding({ type: 'int', 'connect.default': 4 }, '02'), holding({ type: 'int', 'connect.type': 'int8', 'connect.default': 4 }, '02'), holding({ type: 'int', 'connect.default': 'x' }, '02'),
  holding({ type: 'string', 'connect.default': 'd' }, '00', { default: 'e' }), holding({ type: 'array', items: 'int', 'connect.default': [1, 2] }, '00'), holding({ type: 'bytes', 'connect.default': '\u00e9' }, '00'), holding({ type: 'int', 'connect.type': 'int16', 'connect.default': 70000 }, '02'), ...under(all, record('R', field({ type: 'int', 'connect.default': 1 }, { default: 2 })), '02'),
]
const containers: readonly AvroCase[] = [
  holding({ type: 'array', items: 'int' }, '04020400'), holding({ type: 'array', items: 'int' }, '030402040200'.concat('0400')), holding({ type: 'array', items: ['null', 'int'] }, '0400020200'), holding({ type: 'map', values: 'int' }, '0202610200'), holding({ type: 'map', values: ['null', record('I', field('int'))] }, '020261020400'),
  holding(entry('int', 'string'), '0202026100'), holding(entry(['null', 'string'], 'int'), '020002 00'.replace(' ', '')), holding(entry('int', 'string', { name: 'Other', namespace: 'n', 'connect.internal.type': 'MapEntry', 'connect.name': 'n.Other' }), '0202026100'),
  holding({ type: 'array', items: { type: 'record', name: 'MapEntry', namespace: 'io.confluent.connect.avro', fields: [{ name: 'key', type: 'int' }] } }, '00'), read({ type: 'array', items: 'string' }, '0202 6100'.replace(' ', '')), read({ type: 'map', values: 'boolean' }, '0202610100'), read(entry('long', 'long'), '02020400'),
]
const damaged: readonly AvroCase[] = [holding('string', '0461'), holding('string', '01'), holding('int', ''), holding('int', 'ffffffffff01'), holding('long', 'ffffffffffffffffffff01'), holding(suit, '08'), holding(['null', 'int'], '04'), holding({ type: 'array', items: 'int' }, '04'), holding('int', '0202'), holding('double', '00'), holding(hash, '01')]
export const avroReadCases: readonly AvroCase[] = [...primitives, ...logicals, ...unions, ...named, ...defaults, ...containers, ...damaged]
