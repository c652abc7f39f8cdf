/** The converters a worker's configuration names must be there when it starts: every task without its own would fail with them. */
import type { WorkerConfig } from '../config/worker-config.ts'
import { ConnectError } from '../errors.ts'
import type { Shelf } from '../plugins/types.ts'
import { createPluginLookups } from './plugin-lookups.ts'

/** Throws one error that names each that cannot be found. */
export const checkWorkerConverters = (config: WorkerConfig, shelf: Pick<Shelf, 'find' | 'list' | 'versions'>): void => {
  const lookups = createPluginLookups(shelf)
  const named = [
    ['key.converter', 'converter', config.keyConverter.className],
    ['value.converter', 'converter', config.valueConverter.className],
    ['header.converter', 'header_converter', config.headerConverter.className],
  ] as const
  const problems = named.flatMap(([key, kind, className]) =>
    lookups.className(kind, className) === null ? [`Invalid value ${className} for configuration ${key}: Class ${className} could not be found; there are ${lookups.classNames(kind).join(', ')}`] : [])
  if (problems.length > 0) throw new ConnectError('CONFIG_INVALID', problems.join('\n'))
}
