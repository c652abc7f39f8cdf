/** `/admin/loggers`: levels of the worker's loggers, read and set while it runs. */
import { ConnectError } from '../../errors.ts'
import { levels, logger, loggers, setLevel, type Level } from '../../log.ts'
import { readLevel } from '../body.ts'
import type { RestRequest, RestResponse, Route } from '../types.ts'
import { noContent, ok } from '../types.ts'

const log = logger('org.apache.kafka.connect.runtime.rest.resources.LoggingResource')

const shown = ({ level, lastModified }: { readonly level: Level; readonly lastModified: number | null }) => ({ level, last_modified: lastModified })
const all = (): RestResponse => ok(Object.fromEntries(loggers().filter(({ level }) => level !== 'OFF').map((entry) => [entry.name, shown(entry)])))
const nameOf = ({ params }: RestRequest): string => (params.logger?.toLowerCase() === 'root' ? 'root' : (params.logger ?? ''))
const one = (request: RestRequest): RestResponse => {
  const entry = loggers().find(({ name }) => name === nameOf(request))
  if (entry === undefined) throw new ConnectError('NOT_FOUND', `Logger ${params(request)} not found.`)
  return ok(shown(entry))
}
const params = (request: RestRequest): string => request.params.logger ?? ''

/** log4j's ALL is our TRACE: there is nothing finer. */
const levelOf = (text: string): Level => {
  const wanted = text.toUpperCase() === 'ALL' ? 'TRACE' : text.toUpperCase()
  const level = levels.find((name) => name === wanted)
  if (level === undefined) throw new ConnectError('NOT_FOUND', `invalid log level '${text}'.`)
  return level
}
const set = (request: RestRequest): RestResponse => {
  const level = levelOf(readLevel(request.body))
  const scope = (request.query.get('scope') ?? 'worker').toLowerCase()
  if (scope !== 'worker' && scope !== 'cluster') log.warn(`Received invalid scope '${request.query.get('scope')}' in request to adjust the log level for logger ${params(request)}; using default scope 'worker'`)
  const changed = setLevel(nameOf(request), level)
  return scope === 'cluster' ? noContent : ok(changed)
}

export const loggerRoutes: readonly Route[] = [
  { method: 'GET', path: '/admin/loggers', handle: all },
  { method: 'GET', path: '/admin/loggers/:logger', handle: one },
  { method: 'PUT', path: '/admin/loggers/:logger', handle: set },
]
