/**
 * The cell: a child process that runs one connector's code in isolates. Entry point, bundled into one file (src/cell/platform.ts).
 * It does what the worker says on fd 3 and ends when that pipe ends. Nothing here throws towards the worker: ends are messages.
 */
import { protocolVersion } from '../../wire/frames.ts'
import type { ToCell } from '../messages.ts'
import { readFileSync } from 'node:fs'
import { loadIvm } from './addon.ts'
import { closeDoors } from './close-doors.ts'
import { Guest, type Host } from './guest.ts'
import { openLink } from './link.ts'
import { errorData } from './outcome.ts'
import { openThrottle } from './throttle.ts'

const guests = new Map<number, Guest>()
let host: Host | undefined

const handle = (message: ToCell): void => {
  if (message.t === 'init') return init(message)
  if (message.t === 'close') return process.exit(0)
  if (message.t === 'open') return open(message)
  const guest = guests.get(message.guest)
  if (guest === undefined) return
  if (message.t === 'call') guest.call(message)
  else if (message.t === 'host-result') guest.reply(message.id, message.outcome)
  else {
    guests.delete(message.guest)
    guest.dispose()
  }
}

const init = (message: Extract<ToCell, { t: 'init' }>): void => {
  try {
    const ivm = loadIvm(message.addonFile, message.addonVersion)
    closeDoors()
    host = {
      ivm,
      link,
      plugin: message.plugin,
      grants: message.grants,
      limits: message.limits,
      throttle: openThrottle(message.limits.cpuPercent),
      platform: readFileSync(message.platformFile, 'utf8'),
      bundle: readFileSync(message.plugin.bundleFile, 'utf8'),
      die: (reason, guest, detail) => void link.flush({ t: 'dying', reason, guest, detail }).then(() => process.exit(70)),
    }
    link.send({ t: 'hello', protocol: protocolVersion, node: process.version, isolatedVm: message.addonVersion })
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    void link.flush({ t: 'dying', reason: 'crash', guest: 0, detail }).then(() => process.exit(70))
  }
}

const open = ({ guest: id, kind }: Extract<ToCell, { t: 'open' }>): void => {
  if (host === undefined || guests.has(id)) return
  const guest = new Guest(host, id)
  guests.set(id, guest)
  try {
    guest.open(kind)
  } catch (error) {
    link.send({ t: 'opened', guest: id, outcome: { ok: false, error: errorData(error) } })
  }
}

const link = openLink(handle, () => process.exit(0))
// Ctrl-C in a terminal reaches every process of the worker: it is the worker that ends its cells, once their tasks have been stopped
process.on('SIGINT', () => undefined)
// a bug of ours, not of the guest: say so and end, a half-alive cell is worth nothing
process.on('uncaughtException', (error) => void link.flush({ t: 'dying', reason: 'crash', guest: 0, detail: error.stack ?? error.message }).then(() => process.exit(70)))
