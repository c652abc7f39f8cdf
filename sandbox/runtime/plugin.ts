/** The plugin of this isolate: its exports, the Connector class and the task class. */
import { ConnectException } from '../../src/data/errors.ts'
import { Connector } from '../sdk/connectors.ts'
import type { ConfigProvider, Converter, HeaderConverter, Predicate, Transformation } from '../sdk/plugins.ts'
import { SinkTask, SourceTask } from '../sdk/tasks.ts'

export type PluginInfo = { readonly className: string; readonly exportName: string; readonly version: string }
type Exports = Readonly<Record<string, unknown>>
type Class = new () => unknown

let exports: Exports = {}
let info: PluginInfo = { className: '', exportName: '', version: '' }
export const setPlugin = (loaded: unknown, plugin: PluginInfo): void => {
  exports = (typeof loaded === 'function' || (typeof loaded === 'object' && loaded !== null) ? loaded : {}) as Exports
  info = plugin
}
export const plugin = (): PluginInfo => info

const isClass = (value: unknown): value is Class => typeof value === 'function' && typeof value.prototype === 'object'
const exported = (name: string): unknown => {
  const own = exports[name]
  if (own !== undefined) return own
  const fallback = exports['default']
  if (name === 'default') return exports
  return typeof fallback === 'object' && fallback !== null ? (fallback as Exports)[name] : typeof fallback === 'function' && fallback.name === name ? fallback : undefined
}

type Named = { readonly className: string; readonly exportName: string }
const newOf = ({ className, exportName }: Named): object => {
  const found = exported(exportName)
  if (!isClass(found)) throw new ConnectException(`The bundle of ${className} has no class as its export "${exportName}"; it exports: ${Object.keys(exports).join(', ') || 'nothing'}`)
  return new found() as object
}
const checkMethods = (made: object, className: string, methods: readonly string[], what: string): void => {
  for (const method of methods) if (typeof (made as Record<string, unknown>)[method] !== 'function') throw new ConnectException(`${className} has no ${method}(); ${what}`)
}

export const newConnector = (): Connector => {
  const connector = newOf(info)
  checkMethods(connector, info.className, ['start', 'taskConfigs', 'taskClass'], "a connector extends SourceConnector or SinkConnector of 'isoconnect'")
  return connector as Connector
}
/** What a bundle holds beside connectors: made by its export, with the methods its kind must have. */
export const newPlugin = <K extends keyof PluginKinds>(kind: K, named: Named = info): PluginKinds[K] => {
  const made = newOf(named)
  const { methods, base } = pluginKinds[kind]
  checkMethods(made, named.className, methods, `a ${kind} extends ${base} of 'isoconnect'`)
  return made as PluginKinds[K]
}
type PluginKinds = { transformation: Transformation; predicate: Predicate; converter: Converter; 'header converter': HeaderConverter; 'config provider': ConfigProvider; plugin: Transformation }
const pluginKinds: { readonly [K in keyof PluginKinds]: { readonly methods: readonly string[]; readonly base: string } } = {
  transformation: { methods: ['apply'], base: 'Transformation' },
  predicate: { methods: ['test'], base: 'Predicate' },
  converter: { methods: ['fromConnectData', 'toConnectData'], base: 'Converter' },
  'header converter': { methods: ['fromConnectHeader', 'toConnectHeader'], base: 'HeaderConverter' },
  'config provider': { methods: ['get'], base: 'ConfigProvider' },
  plugin: { methods: [], base: 'Transformation, Predicate, Converter, HeaderConverter or ConfigProvider' },
}

const packageOf = (className: string): string => className.slice(0, className.lastIndexOf('.') + 1)
export const simpleName = (className: string): string => className.slice(Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')) + 1)

/** What the REST API shows as `task.class`: a JavaScript class has no package, so it gets its connector's. */
export const taskClassName = (taskClass: unknown): string => {
  if (typeof taskClass === 'string' && taskClass !== '') return taskClass.includes('.') ? taskClass : packageOf(info.className) + taskClass
  if (isClass(taskClass)) return packageOf(info.className) + (taskClass.name === '' ? `${simpleName(info.className)}Task` : taskClass.name)
  throw new ConnectException(`taskClass() of ${info.className} returned ${String(taskClass)}; it must return a task class`)
}

/** The export of the task class's simple name, else what the connector's `taskClass()` says. */
export const newTask = async <K extends 'source' | 'sink'>(kind: K, className: string | undefined): Promise<K extends 'source' ? SourceTask : SinkTask> => {
  let found = className === undefined ? undefined : exported(simpleName(className))
  if (!isClass(found)) {
    found = await (newConnector() as unknown as { taskClass(): unknown }).taskClass()
    if (typeof found === 'string') found = exported(simpleName(found))
  }
  if (!isClass(found)) throw new ConnectException(`The bundle of ${info.className} exports no class ${className ?? '(none named)'}, and taskClass() returns none`)
  const task = new found() as Record<string, unknown>
  for (const method of kind === 'source' ? ['start', 'poll'] : ['start', 'put']) {
    if (typeof task[method] !== 'function') throw new ConnectException(`${found.name} has no ${method}(); a ${kind} task extends ${kind === 'source' ? 'SourceTask' : 'SinkTask'} of 'isoconnect'`)
  }
  return task as unknown as K extends 'source' ? SourceTask : SinkTask
}
/** A hook that does more than the base class's (or, for a class that does not extend it, one that is there). */
export const overrides = (task: object, hook: string): boolean => {
  const method = (task as Record<string, unknown>)[hook]
  const bases: readonly Record<string, unknown>[] = [SourceTask.prototype as unknown as Record<string, unknown>, SinkTask.prototype as unknown as Record<string, unknown>]
  return typeof method === 'function' && !bases.some((base) => base[hook] === method)
}
