/** Plugins as the tests of the config room see them: one converter with keys of its own, one transformation, one predicate. */
import { ConfigDef } from '../../src/data/config-def.ts'
import type { PluginLookups } from '../../src/config/connector-config-def.ts'
import { parseWorkerConfig, type WorkerConfig } from '../../src/config/worker-config.ts'

const defs: Readonly<Record<string, Readonly<Record<string, ConfigDef>>>> = {
  converter: {
    'org.apache.kafka.connect.storage.StringConverter': new ConfigDef(),
    'org.apache.kafka.connect.json.JsonConverter': new ConfigDef().define('schemas.enable', { type: 'BOOLEAN', defaultValue: true, group: 'Schemas' }),
  },
  header_converter: { 'org.apache.kafka.connect.storage.SimpleHeaderConverter': new ConfigDef() },
  transformation: { 'com.example.Insert': new ConfigDef().define('field', { type: 'STRING', importance: 'HIGH' }) },
  predicate: { 'com.example.Matches': new ConfigDef().define('pattern', { type: 'STRING' }) },
}
const classNameOf = (kind: string, name: string): string | null => Object.keys(defs[kind] ?? {}).find((full) => full === name || full.endsWith(`.${name}`)) ?? null
export const lookups: PluginLookups = {
  className: classNameOf,
  anyClass: (name) => Object.keys(defs).map((kind) => classNameOf(kind, name)).find((className) => className !== null) ?? null,
  configDef: (kind, className, version) => {
    if (version === '9') throw new Error('no version 9')
    const def = defs[kind]?.[className]
    if (def === undefined) throw new Error(`no ${className}`)
    return def
  },
  classNames: (kind) => Object.keys(defs[kind] ?? {}),
  versions: () => ['1.0', '1.1'],
  checkVersion: (requirement) => {
    if (requirement === '[1.0') throw new Error('Unbounded range: [1.0')
  },
}
export const workerProps = {
  'bootstrap.servers': 'kafka:9092',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
  'value.converter.schemas.enable': 'false',
  'offset.storage.file.filename': '/tmp/offsets',
}
export const workerWith = (props: Readonly<Record<string, string>> = {}): WorkerConfig => parseWorkerConfig({ ...workerProps, ...props }, 'standalone')
export const distributedWith = (props: Readonly<Record<string, string>> = {}): WorkerConfig =>
  parseWorkerConfig({ ...workerProps, 'group.id': 'connect-g', 'config.storage.topic': 'c', 'offset.storage.topic': 'o', 'status.storage.topic': 's', ...props }, 'distributed')
