/** `isoconnect broker`: the dev broker until Ctrl-C. */
import { startDevBroker } from '../dev-broker/broker.ts'
import { interrupted } from './main.ts'

export const runBroker = async (options: { readonly host: string; readonly port: number; readonly dataDir: string | undefined; readonly partitions: number }): Promise<number> => {
  await using broker = await startDevBroker({
    host: options.host,
    port: options.port,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    defaultPartitions: options.partitions,
    log: (line) => void process.stdout.write(`${line}\n`),
  })
  process.stdout.write(
    `Dev broker listening on ${broker.address} (cluster ${broker.clusterId}), logs ${options.dataDir === undefined ? 'in memory' : `in ${options.dataDir}`}.\n` +
      `For trying things and for tests, never for production. Try: kcat -b ${broker.address} -L   Ctrl-C stops it.\n`,
  )
  await interrupted()
  return 0
}
