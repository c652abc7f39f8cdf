/**
 * Isoconnect's own keys: how much a connector's isolates may use. A connector's setting beats its bundle's manifest, which beats the
 * worker's default; the worker's `isolate.max.*` caps them all. Pure.
 */
import type { ConfigMap } from '../data/config-parse.ts'
import { ConfigDef } from '../data/config-def.ts'
import type { KeyRow } from './client-keys.ts'

export type IsolateLimits = {
  readonly memoryMb: number
  readonly pollTimeoutMs: number
  readonly putTimeoutMs: number
  readonly callTimeoutMs: number
  readonly cpuPercent: number
}
export type IsolateSettings = IsolateLimits & { readonly cellPer: 'connector' | 'task' }
type Limit = {
  readonly field: keyof IsolateLimits
  /** The key is `isolate.` + this, its cap `isolate.max.` + this. */
  readonly suffix: string
  readonly type: 'INT' | 'LONG'
  readonly defaultValue: number
  readonly max: number
  readonly least: number
  readonly documentation: string
}

/**
 * - poll: a source that has nothing to say returns null now and then (as Kafka's own rule says); a minute of silence is a hang.
 * - put: as long as Kafka lets a sink work on one batch before its consumer loses the partitions (max.poll.interval.ms).
 * - every other call (start, stop, taskConfigs, validate, open, close, preCommit …): well below the 90 s of a REST request.
 * - CPU: 100 is one core. An isolate runs on one thread; V8's helpers come on top, so 200 only stops what is out of hand.
 */
const limits: readonly Limit[] = [
  { field: 'memoryMb', suffix: 'memory.mb', type: 'INT', defaultValue: 128, max: 1024, least: 16, documentation: 'Memory in MiB of each isolate of the connector. A task that needs more becomes FAILED.' },
  { field: 'pollTimeoutMs', suffix: 'poll.timeout.ms', type: 'LONG', defaultValue: 60_000, max: 3_600_000, least: 100, documentation: 'How long a source task\'s poll() may take before its task becomes FAILED. A source without data returns null instead of waiting longer.' },
  { field: 'putTimeoutMs', suffix: 'put.timeout.ms', type: 'LONG', defaultValue: 300_000, max: 3_600_000, least: 100, documentation: 'How long a sink task\'s put() may take before its task becomes FAILED.' },
  { field: 'callTimeoutMs', suffix: 'call.timeout.ms', type: 'LONG', defaultValue: 30_000, max: 600_000, least: 100, documentation: 'How long any other call of the connector or a task (start, stop, taskConfigs, preCommit, …) may take before it counts as hung.' },
  { field: 'cpuPercent', suffix: 'cpu.percent', type: 'INT', defaultValue: 200, max: 800, least: 1, documentation: 'CPU the connector\'s process may use on average, in percent of one core.' },
]

/** The worker's keys: defaults for connectors, and the caps. */
export const workerIsolateKeys: readonly KeyRow[] = [
  ...limits.map(({ suffix, type, defaultValue, least, documentation }): KeyRow => [`isolate.${suffix}`, type, defaultValue, ConfigDef.Range.atLeast(least), documentation]),
  ...limits.map(({ suffix, type, max, least }): KeyRow => [`isolate.max.${suffix}`, type, max, ConfigDef.Range.atLeast(least), `The most a connector may ask for with isolate.${suffix}.`]),
  ['isolate.cell', 'STRING', 'connector', ConfigDef.ValidString.in('connector', 'task'), 'One process for a connector and its tasks, or a process for each task.'],
]

const numbers = (values: ConfigMap, prefix: string): IsolateLimits => {
  const entries = limits.map(({ field, suffix }) => [field, Number(values[prefix + suffix])] as const)
  return Object.fromEntries(entries) as IsolateLimits
}
export const workerIsolateSettings = (values: ConfigMap): { readonly defaults: IsolateSettings; readonly caps: IsolateLimits } => ({
  defaults: { ...numbers(values, 'isolate.'), cellPer: values['isolate.cell'] === 'task' ? 'task' : 'connector' },
  caps: numbers(values, 'isolate.max.'),
})

/** The connector's keys: null means "what the bundle or the worker says". */
export const addConnectorIsolateKeys = (def: ConfigDef, caps: IsolateLimits, group: string): ConfigDef => {
  limits.forEach(({ field, suffix, type, least, documentation }, index) => {
    const range = ConfigDef.Range.between(least, caps[field])
    def.define(`isolate.${suffix}`, {
      type, defaultValue: null, importance: 'LOW', documentation, group, orderInGroup: index + 1, width: 'SHORT', displayName: `Isolate ${suffix}`,
      validator: ConfigDef.LambdaValidator.with((name, value) => (value === null ? undefined : range.ensureValid(name, value)), () => range.toString()),
    })
  })
  return def.define('isolate.cell', {
    type: 'STRING', defaultValue: null, importance: 'LOW', group, orderInGroup: limits.length + 1, width: 'SHORT', displayName: 'Isolate cell',
    documentation: 'One process for the connector and its tasks (connector), or a process for each task (task).',
    validator: ConfigDef.LambdaValidator.with((name, value) => (value === null ? undefined : ConfigDef.ValidString.in('connector', 'task').ensureValid(name, value)), () => '[connector, task]'),
  })
}

/** What holds for one connector. `connector` are its parsed framework values, `manifest` what its bundle asks for. */
export const isolateSettings = (
  worker: { readonly defaults: IsolateSettings; readonly caps: IsolateLimits },
  manifest: Partial<IsolateLimits>,
  connector: ConfigMap,
): IsolateSettings => {
  const entries = limits.map(({ field, suffix }) => {
    const asked = connector[`isolate.${suffix}`] ?? manifest[field] ?? worker.defaults[field]
    return [field, Math.min(Number(asked), worker.caps[field])] as const
  })
  const cell = connector['isolate.cell']
  return { ...(Object.fromEntries(entries) as IsolateLimits), cellPer: cell === 'task' || cell === 'connector' ? cell : worker.defaults.cellPer }
}
