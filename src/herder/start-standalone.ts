/**
 * Puts a standalone worker together and starts it, in Kafka's order and with Kafka's log lines: plugins and Kafka cluster (side
 * by side), REST, herder, connector files. What has been started is ended again when a later step fails.
 */
import type { SpawnCell } from '../cell/cell.ts'
import { spawnCell as spawnRealCell } from '../cell/spawn.ts'
import { providerSettings, resolveWorkerProps } from '../config/config-provider.ts'
import type { Environment } from '../config/config-provider.ts'
import { policyNotice } from '../config/client-properties.ts'
import { secretsOf } from '../config/secrets.ts'
import { parseWorkerConfig, shelfLocations } from '../config/worker-config.ts'
import type { WorkerConfig } from '../config/worker-config.ts'
import { messageOf } from '../errors.ts'
import { kafkaClients } from '../kafka/clients.ts'
import { logger } from '../log.ts'
import { hideSecrets } from '../log-secrets.ts'
import { openShelf } from '../plugins/shelf.ts'
import type { Shelf } from '../plugins/types.ts'
import { createFileOffsetStore } from '../storage/file/offset-file.ts'
import { createMemoryConfigStore } from '../storage/memory/config-store.ts'
import { createMemoryStatusStore } from '../storage/memory/status-store.ts'
import type { StringMap } from '../wire/guest-api.ts'
import { createWorker } from '../worker/worker.ts'
import { createConnectors } from './command-line-connectors.ts'
import { createConnectorConfiguration } from './connector-configuration.ts'
import { lookupKafkaClusterId } from './kafka-cluster.ts'
import { openGuestConfigProviders } from './guest-config-providers.ts'
import { createInspector, inspectShelf } from './inspect-plugins.ts'
import { createPluginCells } from './plugin-cells.ts'
import { cellLimits } from './specs.ts'
import { StandaloneHerder } from './standalone.ts'
import type { Herder } from './types.ts'
import { checkWorkerConverters } from './worker-converters.ts'

const log = logger('org.apache.kafka.connect.runtime.Connect')
const cliLog = logger('org.apache.kafka.connect.cli.AbstractConnectCli')
const workerLog = logger('org.apache.kafka.connect.runtime.WorkerConfig')
const standaloneLog = logger('org.apache.kafka.connect.cli.ConnectStandalone')

/** What a worker is, as REST is told. */
export type WorkerParts = { readonly herder: Herder; readonly shelf: Shelf; readonly config: WorkerConfig }
/** The REST server, given by the caller: this room may not know it. */
export type RestHooks = {
  /** Binds the listeners and logs where it listens. */
  initialize(config: WorkerConfig): Promise<{ readonly advertisedUrl: string }>
  /** From now on requests are answered. */
  initializeResources(parts: WorkerParts): Promise<void>
  /** Idempotent; also called when `initialize` has failed or was never reached. */
  stop(): Promise<void>
}
export type StandaloneOptions = {
  /** The worker's properties as read from its file, variables unresolved. */
  readonly props: StringMap
  readonly connectorFiles: readonly string[]
  readonly env: Environment
  readonly rest: RestHooks
  /** Shown by `GET /` as `commit`; the version shown is that of the Kafka Connect this stands for. */
  readonly commit: string
  readonly spawnCell?: SpawnCell
  /** Ends a start that waits for Kafka. */
  readonly signal?: AbortSignal
}
export type RunningWorker = WorkerParts & {
  readonly advertisedUrl: string
  /** Resolves when the connector files have been processed; rejects with a StartError, the worker stopped, when one fails. */
  readonly ready: Promise<void>
  /** Graceful, in Kafka's order: REST, then tasks, connectors, stores. Idempotent. */
  stop(): Promise<void>
}
/** `exitCode` is Kafka's: 2 when the worker could not be put together, 3 when it could not be started. */
export class StartError extends Error {
  override readonly name = 'StartError'
  readonly exitCode: 2 | 3
  constructor(exitCode: 2 | 3, cause: unknown) {
    super(messageOf(cause), { cause })
    this.exitCode = exitCode
  }
}

export const kafkaVersion = '4.3.1'

export const startStandalone = async (options: StandaloneOptions): Promise<RunningWorker> => {
  const began = performance.now()
  cliLog.info('Kafka Connect worker initializing ...')
  const parts = await initialize(options).catch(async (error: unknown) => {
    cliLog.error('Stopping due to error', error)
    await options.rest.stop()
    throw new StartError(2, error)
  })
  const { herder, shelf, config, advertisedUrl, inspect, release } = parts
  cliLog.info(`Kafka Connect worker initialization took ${Math.round(performance.now() - began)}ms`)

  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      log.info('Kafka Connect stopping')
      await options.rest.stop()
      await herder.stop()
      await release()
      log.info('Kafka Connect stopped')
    })()
    return stopping
  }
  try {
    log.info('Kafka Connect starting')
    await herder.start()
    await options.rest.initializeResources({ herder, shelf, config })
    log.info('Kafka Connect started')
    inspect()
  } catch (error) {
    cliLog.error('Failed to start Connect', error)
    await stop()
    throw new StartError(3, error)
  }

  const ready = createConnectors(herder, options.connectorFiles).then(
    () => herder.ready(),
    async (error: unknown) => {
      // a stop that came meanwhile is no error of a connector
      if (stopping !== null) return stopping
      standaloneLog.error('Stopping after connector error', error)
      await stop()
      throw new StartError(3, error)
    },
  )
  ready.catch(() => undefined)
  return { herder, shelf, config, advertisedUrl, ready, stop }
}

const initialize = async ({ props, env, rest, commit, spawnCell = spawnRealCell, signal }: StandaloneOptions) => {
  cliLog.info('Scanning for plugin classes. This might take a moment ...')
  // a config provider of a bundle is needed before the configuration can be read
  const early = providerSettings(props).some(({ isBuiltIn }) => !isBuiltIn) ? await openShelf({ ...shelfLocations(props), watch: true }) : null
  await using cleanUp = new AsyncDisposableStack()
  if (early) cleanUp.defer(() => early.close())
  const guestProviders = cleanUp.use(early ? await openGuestConfigProviders(props, early, spawnCell) : null)
  const { props: resolved, providers } = await resolveWorkerProps(props, env, guestProviders?.providers)
  hideSecrets('worker', secretsOf(props, resolved, []))
  const config = parseWorkerConfig(resolved, 'standalone')
  const notice = policyNotice(config.overridePolicy)
  if (notice !== null) workerLog[notice.level](notice.text)
  const clients = kafkaClients()
  const scanning = early ? Promise.resolve(early) : openShelf({ pluginPath: config.pluginPath, cacheDir: config.pluginCacheDir, watch: true })
  const looking = new AbortController()
  signal?.addEventListener('abort', () => looking.abort(), { once: true })
  const asking = lookupKafkaClusterId(clients, config, looking.signal)
  try {
    // Kafka's lines come in Kafka's order, though both go on at once; an unreachable cluster is not waited for behind a long scan
    const [shelf, clusterId] = await Promise.all([scanning.then((found) => scanned(config, found)), asking])
    workerLog.info(`Kafka cluster ID: ${clusterId}`)
    const { advertisedUrl } = await rest.initialize(config)
    const cells = createPluginCells({ shelf, spawnCell, limits: cellLimits(config.isolate.defaults, 0) })
    const offsets = createFileOffsetStore({ file: config.offsetStorageFile })
    const herder = new StandaloneHerder({
      workerId: workerIdOf(advertisedUrl),
      serverInfo: () => Promise.resolve({ version: kafkaVersion, commit, kafka_cluster_id: clusterId }),
      createWorker: (events) => createWorker({ threads: config.taskThreads, events, offsets, gracefulShutdownTimeoutMs: config.taskShutdownGracefulTimeoutMs, stdio: true }),
      configuration: createConnectorConfiguration({ worker: config, shelf, cells, clients, resolveWithTtl: (raw) => providers.resolveWithTtl(raw) }),
      configs: createMemoryConfigStore(),
      statuses: createMemoryStatusStore(),
      offsets,
      topicTracking: { enable: config.rest.topicTrackingEnable, allowReset: config.rest.topicTrackingAllowReset },
      shutdownTimeoutMs: config.taskShutdownGracefulTimeoutMs,
    })
    let inspection: { close(): Promise<void> } | null = null
    const inspect = (): void => {
      inspection = inspectShelf(shelf, createInspector({ shelf, spawnCell, limits: cellLimits(config.isolate.defaults, 0) }))
    }
    const open = cleanUp.move()
    const release = async (): Promise<void> => {
      await inspection?.close()
      await cells.close()
      await open.disposeAsync()
      await shelf.close()
    }
    return { herder, shelf, config, advertisedUrl, inspect, release }
  } catch (error) {
    looking.abort()
    await Promise.allSettled([scanning.then((shelf) => shelf.close()), asking])
    throw error
  }
}

const scanned = (config: WorkerConfig, shelf: Shelf): Shelf => {
  checkWorkerConverters(config, shelf)
  workerLog.info('Creating Kafka admin client')
  return shelf
}

/** `host:port`, with the port also where a URL leaves it out. */
const workerIdOf = (advertisedUrl: string): string => {
  const { hostname, port, protocol } = new URL(advertisedUrl)
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}
