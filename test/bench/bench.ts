/**
 * `npm run bench -- <case>`: ours and Java Connect 4.3.1 on the same file, the same real Kafka and the same connector JSON, one
 * after the other, twice each, alternating. Prints every run, both medians and the ratio; the last line is JSON.
 * `ISOCONNECT_BENCH_LINES` shortens a run while trying things (say so when quoting it).
 */
import { cpus, totalmem } from 'node:os'
import { cleanUp } from './bed.ts'
import { avro } from './cases/avro.ts'
import { memory } from './cases/memory.ts'
import { restLatency } from './cases/rest-latency.ts'
import { sink } from './cases/sink.ts'
import { smtChain } from './cases/smt-chain.ts'
import { source } from './cases/source.ts'
import { start } from './cases/start.ts'
import { bothWays, jsonWay, sinkStruct, sourceStruct } from './cases/struct.ts'
import { cellStart } from './cases/cell-start.ts'

/** `label` when a case measures several things. */
export type BenchResult = { readonly label?: string; readonly ours: number; readonly java: number | null; readonly unit: string; readonly higherIsBetter: boolean; readonly extra?: Readonly<Record<string, unknown>> }

/** One after the other. */
const each = async <T>(ways: readonly T[], run: (way: T) => Promise<BenchResult>): Promise<readonly BenchResult[]> => {
  const results: BenchResult[] = []
  for (const way of ways) results.push(await run(way))
  return results
}
type Case = () => Promise<BenchResult | readonly BenchResult[]>
const cases: Readonly<Record<string, Case>> = {
  'source-string': () => source('string'),
  'source-json': () => source('json'),
  'sink-string': () => sink('string'),
  'sink-json': () => sink('json'),
  'source-struct-json': () => each(bothWays, (enable) => sourceStruct(jsonWay('source', enable))),
  'sink-struct-json': () => each(bothWays, (enable) => sinkStruct(jsonWay('sink', enable))),
  'smt-chain': () => each(bothWays, smtChain),
  avro: () => each(['source', 'sink'] as const, avro),
  start,
  memory,
  'rest-latency': restLatency,
  'cell-start': cellStart,
}

const names = process.argv.slice(2)
const unknown = names.filter((name) => !(name in cases))
if (names.length === 0 || unknown.length > 0) {
  process.stderr.write(`${unknown.length > 0 ? `Unknown case: ${unknown.join(', ')}\n` : ''}Usage: npm run bench -- <case> …\nCases: ${Object.keys(cases).join(', ')}\n`)
  process.exit(1)
}
process.stdout.write(`${cpus().length} × ${cpus()[0]?.model ?? 'cpu'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, Apache Kafka 4.3.1\n`)

const round = (value: number): number => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
// an interrupted run leaves no process behind: the bed's children go at `exit`
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const last: string[] = []
try {
  for (const name of names) {
    process.stdout.write(`\n${name}\n`)
    const results = await (cases[name] as Case)()
    for (const result of [results].flat()) {
      const ratio = result.java === null ? null : Number((result.ours / result.java).toFixed(2))
      const label = result.label === undefined ? '' : `${result.label}: `
      process.stdout.write(`  ${label}ours ${round(result.ours).toLocaleString('en')} ${result.unit}${result.java === null ? '' : `, Java ${round(result.java).toLocaleString('en')} ${result.unit}: ${ratio} ×`} (${result.higherIsBetter ? 'higher' : 'lower'} is better)\n`)
      last.push(JSON.stringify({ case: result.label ?? name, ours: round(result.ours), java: result.java === null ? null : round(result.java), ratio, unit: result.unit, ...result.extra }))
    }
  }
} finally {
  await cleanUp()
}
process.stdout.write(`\n${last.join('\n')}\n`)
