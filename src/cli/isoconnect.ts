#!/usr/bin/env node
/** The `isoconnect` command. Each subcommand loads what it needs only when it runs. */
import { Command, CommanderError } from 'commander'
import { ExitError, runMain } from './main.ts'
import { version } from './version.ts'

const program = (exit: (code: number) => void): Command => {
  const isoconnect = new Command('isoconnect')
    .description('Apache Kafka Connect for JavaScript connectors: every connector in a V8 isolate and a process of its own.')
    .version(version, '-v, --version')
    .showHelpAfterError('(isoconnect --help lists the commands)')
    .exitOverride()

  isoconnect.command('demo')
    .description('dev broker, worker, a file source and a file sink under ./demo: watch lines flow')
    .option('--dir <folder>', 'where the demo keeps its files', 'demo')
    .option('--rest-port <port>', 'REST port; a free one is picked when it is taken', '8083')
    .option('--broker-port <port>', 'broker port; a free one is picked when it is taken', '9092')
    .option('--copies <n>', 'how many copies of the sample text flow at the start', '3000')
    .action(async (options: { dir: string; restPort: string; brokerPort: string; copies: string }) => {
      const { runDemo } = await import('./demo.ts')
      exit(await runDemo({ dir: options.dir, restPort: Number(options.restPort), brokerPort: Number(options.brokerPort), copies: Number(options.copies) }))
    })

  isoconnect.command('standalone')
    .description('one worker, configured by properties files: isoconnect standalone worker.properties [connector.properties|connector.json …]')
    .argument('<worker.properties>')
    .argument('[connectors...]')
    .option('--daemon', 'run in the background, log to ./logs/connectStandalone.out (or $LOG_DIR)')
    .action(async (worker: string, connectors: string[], options: { daemon?: boolean }) => {
      const { connectStandalone } = await import('./standalone.ts')
      exit(await connectStandalone([...(options.daemon ? ['-daemon'] : []), worker, ...connectors]))
    })

  isoconnect.command('distributed')
    .description('a worker of a cluster (not built yet: this version runs standalone)')
    .argument('[worker.properties]')
    .action(async () => {
      const { connectDistributed } = await import('./distributed.ts')
      exit(await connectDistributed([]))
    })

  const plugins = isoconnect.command('plugins').description('what is on plugin.path, and whether a bundle would be taken')
  plugins.command('list')
    .description('lists plugins, versions, aliases, permissions, and what was quarantined and why')
    .argument('<folder...>', 'entries of plugin.path, or a worker.properties file')
    .action(async (folders: string[]) => {
      const { listPlugins } = await import('./plugins.ts')
      exit(await listPlugins(folders))
    })
  plugins.command('check')
    .description('checks one bundle (a folder or an npm pack tarball) as the worker would')
    .argument('<bundle>')
    .action(async (bundle: string) => {
      const { checkPlugin } = await import('./plugins.ts')
      exit(await checkPlugin(bundle))
    })

  isoconnect.command('broker')
    .description('a Kafka-protocol broker in one process, for trying things and for tests; never for production')
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--port <port>', 'port to listen on; 0 picks a free one', '9092')
    .option('--data <folder>', 'keep the logs on disk (otherwise in memory)')
    .option('--partitions <n>', 'partitions of topics created by use', '1')
    .option('--topics <list>', 'topics to create at the start: name or name:partitions, separated by commas')
    .action(async (options: { host: string; port: string; data?: string; partitions: string; topics?: string }) => {
      const { runBroker } = await import('./broker.ts')
      exit(await runBroker({ host: options.host, port: Number(options.port), dataDir: options.data, partitions: Number(options.partitions), topics: (options.topics ?? '').split(',').filter((topic) => topic !== '') }))
    })
  return isoconnect
}

runMain(async (args) => {
  let code = 0
  // Kafka's scripts take -daemon, a short option of several letters, which commander does not know
  const argv = args.map((arg) => (arg === '-daemon' ? '--daemon' : arg))
  try {
    await program((result) => (code = result)).parseAsync(argv.length === 0 ? ['--help'] : argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw new ExitError(1, '')
  }
  return code
})
