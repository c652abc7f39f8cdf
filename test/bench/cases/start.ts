/** From spawning the process to the first 200 of GET /connectors, with the plugin cache warm; the median of five. */
import type { BenchResult } from '../bench.ts'
import { alternate, startWorker, type Who } from '../bed.ts'

export const start = async (): Promise<BenchResult> => {
  const run = async (who: Who): Promise<number> => {
    const worker = await startWorker(who, 'string')
    await worker.stop()
    return worker.readyMs
  }
  await run('ours')
  return { ...(await alternate(run, 'ms', 5)), unit: 'ms', higherIsBetter: false }
}
