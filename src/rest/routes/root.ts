/** `GET /` and `GET /health`. */
import { within, type TimeLimit } from '../time-limit.ts'
import type { RestParts, RestResponse, Route } from '../types.ts'
import { ok } from '../types.ts'

const starting: RestResponse = { status: 503, body: { status: 'starting', message: 'Worker is still starting up.' } }
const unhealthy: RestResponse = { status: 500, body: { status: 'unhealthy', message: 'Worker was unable to handle this request and may be unable to handle other requests.' } }
const healthy = ok({ status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' })

/** Healthy means that the herder answers, not only that this server does. */
const health = async ({ herder, healthTimeoutMs }: RestParts): Promise<RestResponse> => {
  if (!herder.isReady()) return starting
  const limit: TimeLimit<RestResponse> = { ms: healthTimeoutMs, late: () => (herder.isReady() ? unhealthy : starting) }
  return within(herder.connectors().then(() => healthy), limit)
}

export const rootRoutes = (parts: RestParts): readonly Route[] => [
  { method: 'GET', path: '/', handle: async () => ok(await parts.herder.serverInfo()) },
  { method: 'GET', path: '/health', handle: () => health(parts) },
]
