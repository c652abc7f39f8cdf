/**
 * From a connector's parsed configuration to what the worker runs: limits, grants, converters, transformations, client properties. Pure.
 * A connector's own limit beats its bundle's manifest, which beats the worker's default; the worker caps all of them.
 */
import type { CellLimits, Grants, PluginRef } from '../cell/options.ts'
import { deadLetterAdminProperties, deadLetterProducerProperties, sinkConsumerProperties, sourceProducerProperties, taskAdminProperties } from '../config/client-properties.ts'
import type { AliasedPlugin, ConnectorConfig, TransformationStage } from '../config/connector-config.ts'
import type { ConverterSettings, IsolateSettings, WorkerConfig } from '../config/worker-config.ts'
import type { PluginSpec, StageSpec } from '../transforms/types.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { ConnectorSpec, ConverterSpec, TargetState, TaskClients, TaskId, TaskSpec } from '../worker/types.ts'

/**
 * A cell's memory beside its isolates' heaps: Node and the addon (about 80 MiB), batches on their way in and out, and V8's
 * room between two collections.
 */
export const runtimeShareMb = 256

/** The memory of the whole process: every isolate it may hold at its limit, and the runtime's share. */
export const cellLimits = (settings: IsolateSettings, tasksMax: number): CellLimits => ({
  memoryMb: settings.memoryMb,
  rssMb: runtimeShareMb + settings.memoryMb * (1 + (settings.cellPer === 'task' ? 1 : tasksMax)),
  cpuPercent: settings.cpuPercent,
  callTimeoutMs: settings.callTimeoutMs,
})

export type ConnectorParts = {
  readonly parsed: ConnectorConfig
  readonly plugin: PluginRef
  readonly grants: Grants
  /** Resolved. */
  readonly config: StringMap
  readonly secrets: readonly string[]
  readonly targetState: TargetState
}
export const buildConnectorSpec = ({ parsed, plugin, grants, config, secrets, targetState }: ConnectorParts): ConnectorSpec => ({
  name: parsed.name, type: parsed.type, plugin, grants, config, secrets, targetState,
  limits: cellLimits(parsed.isolate, parsed.tasksMax),
  pollTimeoutMs: parsed.isolate.pollTimeoutMs,
  putTimeoutMs: parsed.isolate.putTimeoutMs,
  cellPer: parsed.isolate.cellPer,
})

const converter = ({ className, config }: ConverterSettings, isKey: boolean): ConverterSpec => ({ className, isKey, config: { ...config } })

const plugin = ({ alias, className, config }: AliasedPlugin): PluginSpec => ({ alias, className, config })
const stage = (given: TransformationStage): StageSpec => ({ ...plugin(given), predicate: given.predicate && plugin(given.predicate), negate: given.negate })

/** A source needs a producer, a sink a consumer, dead letters a producer of their own. Throws when the worker's policy forbids an override. */
const clientProperties = (worker: WorkerConfig, { type, errors }: ConnectorConfig, config: StringMap, { connector, task }: TaskId): TaskClients => ({
  producer: type === 'source' ? sourceProducerProperties(worker, config, connector, task) : {},
  consumer: type === 'sink' ? sinkConsumerProperties(worker, config, connector, task) : {},
  admin: taskAdminProperties(worker, config, connector, task),
  deadLetters: errors.deadLetterQueue && {
    producer: deadLetterProducerProperties(worker, config, connector, task),
    admin: deadLetterAdminProperties(worker, config, connector, task),
  },
})

export type TaskParts = {
  readonly worker: WorkerConfig
  readonly parsed: ConnectorConfig
  readonly connector: ConnectorSpec
  readonly id: TaskId
  readonly config: StringMap
  readonly plugins: TaskSpec['plugins']
}
export const buildTaskSpec = ({ worker, parsed, connector, id, config, plugins }: TaskParts): TaskSpec => ({
  id, connector, config, plugins,
  clients: clientProperties(worker, parsed, connector.config, id),
  converters: { key: converter(parsed.keyConverter, true), value: converter(parsed.valueConverter, false), header: converter(parsed.headerConverter, false) },
  transforms: parsed.transformations.map(stage),
  errors: parsed.errors,
  offsetFlushIntervalMs: worker.offsetFlushIntervalMs,
  offsetFlushTimeoutMs: worker.offsetFlushTimeoutMs,
  topicCreationEnable: worker.topicCreationEnable,
})
