/** `npm run build`: dist/ for publishing. Type stripping is forbidden under node_modules, so the package ships JavaScript. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { buildPlatform } from '../src/cell/platform.ts'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')

const tsc = (project: string): void => {
  const run = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { cwd: root, stdio: 'inherit' })
  if (run.status !== 0) throw new Error(`tsc -p ${project} failed with status ${run.status}`)
}

rmSync(dist, { recursive: true, force: true })
tsc('tsconfig.build.json')
tsc('sandbox/tsconfig.build.json')
await buildPlatform(join(dist, 'sandbox/platform.js'))
for (const bin of ['isoconnect', 'connect-standalone', 'connect-distributed', 'connect-plugin-path']) chmodSync(join(dist, 'src/cli', `${bin}.js`), 0o755)
