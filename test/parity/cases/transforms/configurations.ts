/** Configurations of transformations and predicates, key by key: what is accepted and refused at the start, and what validation says. */
import type { Case, Config } from '../../cases.ts'
import { configure, transforms } from './records.ts'

const lists = ['', ' ', 'a', 'a,b', 'a,a', 'a,,b', ',', ' a , b ', 'a,', ',a', 'a, ,b', 'A,a', ',,']
const list = (name: string, key: string, more: Config = {}): readonly (readonly [string, Config])[] => [[name, more], ...lists.map((value) => [name, { ...more, [key]: value }] as const)]
const flags = ['true', 'FALSE', ' true ', 'yes', '', '1']

const configs: readonly (readonly [name: string, config: Config])[] = [
  ...['int8', 'INT8', ' string ', 'bytes', 'BYTES', 'array', 'map', 'struct', 'foo', '', 'a:int8', 'a:int8,b:string', 'a:int8,string', 'int8,string', 'a:b:c', ':int8', 'a:', ':', 'a:foo', ' a : int8 ', 'a:bytes', 'a::int8', 'a:int8,a:string', 'int8,int8', ',', 'a:int8,,b:int8', 'a:int8:', '::', 'a:struct', 'a: bytes ', 'İnt8'].map((spec) => ['Cast$Value', { spec }] as const),
  ['Cast$Value', {}], ['Cast$Key', { spec: 'a:b:c' }], ...flags.map((flag) => ['Cast$Value', { spec: 'int8', 'replace.null.with.default': flag }] as const),
  ...list('DropHeaders', 'headers'), ...list('MaskField$Value', 'fields'), ...list('MaskField$Key', 'fields', { replacement: '' }), ...list('ValueToKey', 'fields'), ...list('ReplaceField$Value', 'include'), ...list('ReplaceField$Value', 'exclude'), ...list('HeaderFrom$Value', 'fields', { headers: 'a,b', operation: 'move' }), ...list('HeaderFrom$Value', 'headers', { fields: 'a', operation: 'copy' }),
  ...list('ReplaceField$Value', 'renames'), ...['a:b', 'a:b,c:d', 'a:b:c', 'a:', ':b', ':', 'a:b,c', 'a:b,a:c', 'a:c,b:c', ' a : b ', '::', 'a:b:'].map((renames) => ['ReplaceField$Value', { renames }] as const),
  ...['move', 'copy', 'MOVE', '', 'drop'].map((operation) => ['HeaderFrom$Key', { fields: 'a', headers: 'b', operation }] as const), ['HeaderFrom$Key', { fields: 'a', headers: 'b' }], ['HeaderFrom$Key', {}], ['HeaderFrom$Key', { fields: 'a,b', headers: 'c', operation: 'move' }],
  ['ExtractField$Value', {}], ['ExtractField$Value', { field: '' }], ...['V1', 'v2', 'V3', '', ' V1'].map((version) => ['ExtractField$Value', { field: 'a', 'field.syntax.version': version }] as const),
  ...['`a', 'a.`b', '`a`b', '`', '```', '`a`.`b', 'a`', '`a\\`', '`a\\`.b', '`a`.', '..', '`.`', 'x.`a.b`c`.d`', '`a``.b'].map((field) => ['ExtractField$Value', { field, 'field.syntax.version': 'V2' }] as const),
  ['HoistField$Value', {}], ['HoistField$Value', { field: 'x' }], ['Flatten$Value', {}], ['Flatten$Value', { delimiter: '' }],
  ['InsertField$Value', {}], ['InsertField$Value', { 'static.value': 'x' }], ['InsertField$Value', { 'replace.null.with.default': 'maybe', 'topic.field': 'x' }], ['InsertField$Value', { 'topic.field': 't', 'static.value': 'x' }], ['InsertField$Value', { 'topic.field': '' }],
  ['InsertHeader', {}], ['InsertHeader', { header: 'h' }], ['InsertHeader', { 'value.literal': 'x' }], ['InsertHeader', { header: '', 'value.literal': '' }],
  ['MaskField$Value', { fields: 'a', replacement: '' }], ['MaskField$Value', { fields: 'a', replacement: ' ' }], ['RegexRouter', {}], ['RegexRouter', { regex: 'a' }], ['RegexRouter', { replacement: 'a' }], ['RegexRouter', { regex: 'a', replacement: '' }],
  ['SetSchemaMetadata$Key', {}], ['SetSchemaMetadata$Key', { 'schema.version': 'x' }], ['SetSchemaMetadata$Key', { 'schema.version': '1.5' }], ['SetSchemaMetadata$Key', { 'schema.version': ' 7 ' }], ['SetSchemaMetadata$Key', { 'schema.version': '2147483648' }], ['SetSchemaMetadata$Key', { 'schema.version': '' }],
  ['TimestampConverter$Value', {}], ...['string', 'unix', 'Date', 'date', 'DATE', '', 'Timestamp', 'timestamp'].map((target) => ['TimestampConverter$Value', { 'target.type': target }] as const), ...['seconds', 'SECONDS', 'ms', ''].map((precision) => ['TimestampConverter$Value', { 'target.type': 'unix', 'unix.precision': precision }] as const),
  ...['', ' ', 'yyyy', 'bogus', "'", 'yyyy-MM-dd'].flatMap((format) => [['TimestampConverter$Key', { 'target.type': 'string', format }], ['TimestampConverter$Key', { 'target.type': 'unix', format }], ['TimestampRouter', { 'timestamp.format': format }]] as const),
  ['TimestampRouter', {}], ['Filter', {}], ['Filter', { anything: 'x' }], ['predicates.RecordIsTombstone', {}], ['predicates.HasHeaderKey', {}], ['predicates.HasHeaderKey', { name: '' }], ['predicates.HasHeaderKey', { name: ' ' }], ['predicates.HasHeaderKey', { name: 'x' }],
  ['predicates.TopicNameMatches', {}], ['predicates.TopicNameMatches', { pattern: '' }], ['predicates.TopicNameMatches', { pattern: 'a' }],
]

export const configurationCases: readonly Case[] = configs.map(([name, config]) => configure(name, config))
export const validationCases: readonly Case[] = configs.map(([name, config]) => ({ op: 'validate', class: `${transforms}${name}`, config }))
