/** `isoconnect broker`: the dev broker until Ctrl-C. */
import { startDevBroker } from '../dev-broker/broker.ts'
import { ExitError, interrupted } from './main.ts'

export const runBroker = async (options: { readonly host: string; readonly port: number; readonly dataDir: string | undefined; readonly partitions: number; readonly topics: readonly string[] }): Promise<number> => {
  await using broker = await startDevBroker({
    host: options.host,
    port: options.port,
    ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    defaultPartitions: options.partitions,
    topics: options.topics.map((topic) => topicOf(topic, options.partitions)),
    log: (line) => void process.stdout.write(`${line}\n`),
  })
  process.stdout.write(
    `Dev broker listening on ${broker.address} (cluster ${broker.clusterId}), logs ${options.dataDir === undefined ? 'in memory' : `in ${options.dataDir}`}.\n` +
      `For trying things and for tests, never for production. Try: kcat -b ${broker.address} -L   Ctrl-C stops it.\n`,
  )
  await interrupted()
  return 0
}

/** `name` or `name:partitions`. */
const topicOf = (text: string, defaultPartitions: number): { readonly name: string; readonly partitions: number } => {
  const [name = '', partitions = String(defaultPartitions), ...rest] = text.split(':')
  if (!/^[\w.-]{1,249}$/.test(name) || !/^[1-9]\d{0,4}$/.test(partitions) || rest.length > 0) throw new ExitError(1, `--topics: ${text} is not a topic name, or name:partitions, such as lines:3`)
  return { name, partitions: Number(partitions) }
}
