import { expect, test } from 'vitest'
import { aliasesOf, prunedName, resolveClass, simpleName } from '../../src/plugins/aliases.ts'
import type { Plugin, PluginType } from '../../src/plugins/types.ts'

const plugin = (className: string, type: PluginType, version = '1.0.0'): Plugin => ({
  type, className, exportName: 'X', version, bundle: 'b', location: '/plugins/b', digest: '0', bundleFile: '/c/0.cjs', permissions: { fs: [], net: [], stdio: false }, limits: {},
})

test.each([
  ['org.apache.kafka.connect.file.FileStreamSourceConnector', 'source', 'FileStreamSourceConnector', 'FileStreamSource'],
  ['JdbcSinkConnector', 'sink', 'JdbcSinkConnector', 'JdbcSink'],
  ['org.apache.kafka.connect.json.JsonConverter', 'converter', 'JsonConverter', 'Json'],
  ['org.apache.kafka.connect.json.JsonConverter', 'header_converter', 'JsonConverter', 'JsonConverter'],
  ['org.apache.kafka.connect.storage.SimpleHeaderConverter', 'header_converter', 'SimpleHeaderConverter', 'Simple'],
  ['org.apache.kafka.connect.transforms.Cast$Value', 'transformation', 'Value', 'Value'],
  ['a.MyTransformation', 'transformation', 'MyTransformation', 'My'],
  ['a.HasHeaderKeyPredicate', 'predicate', 'HasHeaderKeyPredicate', 'HasHeaderKey'],
  ['a.Connector', 'source', 'Connector', 'Connector'],
  ['a.ConnectorV2', 'source', 'ConnectorV2', 'ConnectorV2'],
  ['a.MyConnectorV2', 'source', 'MyConnectorV2', 'My'],
] as const)('%s as %s is also called %s and %s', (className, type, simple, pruned) => {
  expect(simpleName(className)).toBe(simple)
  expect(prunedName({ className, type })).toBe(pruned)
})

test('every name of a class resolves to it', () => {
  const plugins = [plugin('a.TickSourceConnector', 'source'), plugin('a.TickSourceConnector', 'source', '2.0.0'), plugin('a.TickSinkConnector', 'sink')]
  for (const name of ['a.TickSourceConnector', 'TickSourceConnector', 'TickSource']) expect(resolveClass(name, plugins, 'connector')).toBe('a.TickSourceConnector')
  expect(aliasesOf('a.TickSourceConnector', plugins)).toEqual(['TickSourceConnector', 'TickSource'])
})

test('an alias that fits two classes is an error that lists them, and no alias of either', () => {
  const plugins = [plugin('a.TickSource', 'source'), plugin('b.TickSource', 'source'), plugin('c.Other', 'sink')]
  expect(() => resolveClass('TickSource', plugins, 'connector')).toThrow(expect.objectContaining({ code: 'PLUGIN_AMBIGUOUS', status: 400 }))
  expect(() => resolveClass('TickSource', plugins, 'connector')).toThrow(/^More than one connector matches alias TickSource\. .*'a\.TickSource'.*'b\.TickSource'/)
  expect(() => resolveClass('TickSource', plugins, 'connector')).not.toThrow(/c\.Other/)
  expect(aliasesOf('a.TickSource', plugins)).toEqual([])
  expect(resolveClass('b.TickSource', plugins, 'connector')).toBe('b.TickSource')
})

test('asked for by kind, a name of another kind is no obstacle and no answer', () => {
  const plugins = [plugin('a.MaskConnector', 'sink'), plugin('b.Mask', 'transformation')]
  expect(resolveClass('Mask', plugins, 'connector')).toBe('a.MaskConnector')
  expect(resolveClass('Mask', plugins, 'transformation')).toBe('b.Mask')
  expect(() => resolveClass('Mask', plugins)).toThrow(expect.objectContaining({ code: 'PLUGIN_AMBIGUOUS' }))
  expect(() => resolveClass('b.Mask', plugins, 'connector')).toThrow(expect.objectContaining({ code: 'PLUGIN_UNKNOWN' }))
})

test('an unknown connector is answered in the words of Kafka, with what there is', () => {
  expect(() => resolveClass('FOO', [plugin('a.TickSource', 'source'), plugin('b.Mask', 'transformation')], 'connector')).toThrow(
    expect.objectContaining({
      code: 'PLUGIN_UNKNOWN',
      status: 400,
      message:
        "Failed to find any class that implements Connector and which name matches FOO, available connectors are: PluginDesc{klass=class a.TickSource, name='a.TickSource', version='1.0.0', encodedVersion=1.0.0, type=source, typeName='source', location='file:/plugins/b/'}",
    }),
  )
  expect(() => resolveClass('FOO', [], 'transformation')).toThrow('Class FOO could not be found.')
})

test('names of Object.prototype are unknown classes like any other', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) expect(() => resolveClass(name, [plugin('a.TickSource', 'source')])).toThrow(expect.objectContaining({ code: 'PLUGIN_UNKNOWN' }))
})
