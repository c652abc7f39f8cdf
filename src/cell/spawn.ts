/** Starts a cell: a Node process with permissions closed, an empty environment and two pipes (cell.ts is the interface). */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { ConnectError, messageOf } from '../errors.ts'
import { cellArguments } from './arguments.ts'
import type { SpawnCell } from './cell.ts'
import { stdioOf } from './descriptors.ts'
import { LiveCell } from './live-cell.ts'
import { addonFile, type RuntimeFiles, runtimeFiles } from './platform.ts'

/** Node and the addon on a machine under full load; idle, it is a tenth of a second. */
const handshakeTimeoutMs = 20_000

type SpawnOptions = Parameters<SpawnCell>[0]

/** The process with its walls, told what it is for; it has not said hello yet. */
export const startProcess = (files: RuntimeFiles, { plugin, grants, limits, name }: SpawnOptions): { readonly child: ChildProcess; readonly cell: LiveCell } => {
  const child = spawn(process.execPath, cellArguments({ ...files, bundleFile: plugin.bundleFile, grants, limits }), {
    env: {},
    // relative paths in a connector's configuration are the worker's
    cwd: process.cwd(),
    stdio: stdioOf(['ignore', 'pipe', 'pipe', 'pipe', 'pipe']),
    windowsHide: true,
  })
  const [, stdout, stderr, frames, questions] = child.stdio as unknown as [null, Duplex, Duplex, Duplex, Duplex]
  const cell = new LiveCell({ child, stdout, stderr, frames, questions, limits, grants, name })
  if (child.pid !== undefined && process.platform === 'linux') {
    try {
      writeFileSync(`/proc/${child.pid}/oom_score_adj`, '1000') // when memory runs out, the kernel is to take a cell and not the worker
    } catch {
      // not permitted here, or it has ended already: the watchdog is the limit that counts
    }
  }
  cell.send({ t: 'init', plugin, grants, limits, ...addonFile(), platformFile: files.platformFile })
  return { child, cell }
}

export const spawnCell: SpawnCell = async (options) => {
  const files = await runtimeFiles()
  const addon = addonFile()
  if (!existsSync(addon.addonFile)) {
    throw new ConnectError('INTERNAL', `isolated-vm ${addon.addonVersion} has no prebuilt addon for this machine: ${addon.addonFile} is missing. Use Node 26 on Linux (x64, arm64), macOS (arm64) or Windows (x64), or run npm rebuild isolated-vm.`)
  }
  const { cell } = startProcess(files, options)
  try {
    await cell.handshake(handshakeTimeoutMs)
  } catch (error) {
    await cell.close()
    throw new ConnectError('INTERNAL', `The cell of ${options.name} could not be started: ${messageOf(error)}`, { cause: error })
  }
  return cell
}
