/** `connect-distributed`: the mode is not built yet; says so instead of half starting. */
import { ExitError } from './main.ts'

export const connectDistributed = (args: readonly string[]): Promise<number> => {
  if (args.includes('--help')) process.stdout.write('Usage: ConnectDistributed worker.properties\n')
  throw new ExitError(1, 'Distributed mode is not built yet in this version. Run one worker with: connect-standalone worker.properties [connector.properties …]')
}
