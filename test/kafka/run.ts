/**
 * `npm run test:kafka [vitest arguments]`: starts real Kafka once and runs the `kafka` project and the integration suite against it.
 * Ends with vitest's exit code and leaves no process behind, also on Ctrl-C.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { startKafka } from './server.ts'

const rootDir = resolve(import.meta.dirname, '../..')

const kafka = await startKafka()
console.log(`Kafka 4.3.1 runs at ${kafka.bootstrap}`)
const vitest = spawn(process.execPath, [join(rootDir, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'kafka', '--project', 'integration', ...process.argv.slice(2)],
  { cwd: rootDir, stdio: 'inherit', env: { ...process.env, ISOCONNECT_TEST_BOOTSTRAP: kafka.bootstrap } })
// A terminal sends Ctrl-C to vitest as well; a SIGTERM to us alone has to be passed on.
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => void vitest.kill('SIGTERM'))
const [code] = (await once(vitest, 'exit')) as [number | null]
await kafka.close()
process.exitCode = code ?? 1
