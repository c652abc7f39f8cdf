/** Trees as Avro between guest connectors: a schema that contains itself is made in a cell, registered, read, and crosses into another cell. */
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { setLevel } from '../../src/log.ts'
import { startRegistry, type TestRegistry } from '../registry/registry.ts'
import { standaloneBed } from './helpers/bed.ts'
import { uniqueName } from './helpers/kafka.ts'
import { until } from './helpers/standalone.ts'

setLevel('root', 'OFF')

const connectors = `
import { appendFileSync } from 'node:fs'
import { SourceConnector, SourceTask, SinkConnector, SinkTask, SchemaBuilder, schemas, Struct, sleep } from 'isoconnect'
const tree = SchemaBuilder.struct().name('com.acme.Tree').optional().field('x', schemas.INT32_SCHEMA)
  .field('left', () => tree).field('right', () => tree).field('others', SchemaBuilder.array(() => tree).build()).build()
const grow = (depth) => new Struct(tree).put('x', depth).put('left', depth > 0 ? grow(depth - 1) : null).put('others', depth > 1 ? [grow(0), null] : [])
export class TreeSource extends SourceConnector {
  start(props) { this.props = props }
  taskClass() { return TreeSourceTask }
  taskConfigs() { return [this.props] }
}
class TreeSourceTask extends SourceTask {
  n = 0
  start(props) { this.props = props }
  async poll() {
    if (this.n === 3) { await sleep(50); return [] }
    return [{ topic: this.props.topic, valueSchema: tree, value: grow(this.n), sourcePartition: { p: 0 }, sourceOffset: { n: ++this.n } }]
  }
}
export class TreeSink extends SinkConnector {
  start(props) { this.props = props }
  taskClass() { return TreeSinkTask }
  taskConfigs() { return [this.props] }
}
class TreeSinkTask extends SinkTask {
  start(props) { this.file = props.file }
  put(records) {
    for (const { value, valueSchema } of records) {
      const inner = valueSchema.field('left').schema
      appendFileSync(this.file, JSON.stringify([String(value), valueSchema.isRecursive, inner.name, inner.field('right').schema.equals(inner)]) + '\\n')
    }
  }
}
`
let registry: TestRegistry
const bed = standaloneBed(async ({ folder, use }) => {
  registry = use(await startRegistry())
  const permissions = { fs: [{ path: '${config:file}', access: 'write', reason: 'what it has seen' }] }
  const plugins = [{ type: 'source', class: 'com.acme.TreeSource', export: 'TreeSource' }, { type: 'sink', class: 'com.acme.TreeSink', export: 'TreeSink' }]
  await folder.bundle('tree', plugins, connectors, { isoconnect: { plugins, permissions } })
})

test('trees go from a source to a sink, through one record that names itself', async () => {
  const topic = uniqueName('trees')
  const file = bed.folder.file(`${topic}.txt`)
  const converter = { 'value.converter': 'AvroConverter', 'value.converter.schema.registry.url': registry.url }
  await bed.worker.herder.putConnectorConfig(`${topic}-source`, { name: `${topic}-source`, 'connector.class': 'com.acme.TreeSource', topic, ...converter }, { allowReplace: true })
  await bed.worker.herder.putConnectorConfig(`${topic}-sink`, { name: `${topic}-sink`, 'connector.class': 'com.acme.TreeSink', topics: topic, file, ...converter }, { allowReplace: true })
  const seen = await until('three trees', async () => (await readFile(file, 'utf8').catch(() => '')).trim().split('\n'), (lines) => lines.length >= 3)
  const leaf = 'Struct{x=0,others=[]}'
  const one = `Struct{x=1,left=${leaf},others=[]}`
  expect(seen.map((line) => JSON.parse(line) as unknown)).toEqual([leaf, one, `Struct{x=2,left=${one},others=[${leaf}, null]}`].map((text) => [text, true, 'com.acme.Tree', true]))
  const [version] = registry.store.versions(`${topic}-value`)
  expect(version?.schema.match(/"Tree"/g)).toHaveLength(4)
})
