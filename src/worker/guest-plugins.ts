/**
 * The isolates of a task's converters, transformations and predicates that bundles bring: each opened in a cell of its bundle, shared
 * by the tasks of the connector as its own cell is. What dies in there ends the task, as its connector's cell does.
 */
import type { CellDeath, Guest, TargetKind } from '../cell/cell.ts'
import { ConnectException } from '../data/errors.ts'
import type { CellLease, CellPool } from './cells.ts'
import { guestLog, taskContext } from './deps.ts'
import { valueOf } from './error-data.ts'
import type { GuestPlugin, TaskSpec } from './types.ts'

type Stoppable = 'transforms' | 'converter'
export type OpenGuest<K extends TargetKind> = { readonly guest: Guest<K>; readonly timeoutMs: number }

export class GuestPlugins {
  readonly #spec: TaskSpec
  readonly #cells: CellPool
  readonly #onDeath: (death: CellDeath) => void
  readonly #leases: CellLease[] = []
  readonly #guests: OpenGuest<Stoppable>[] = []

  constructor(spec: TaskSpec, cells: CellPool, onDeath: (death: CellDeath) => void) {
    this.#spec = spec
    this.#cells = cells
    this.#onDeath = onDeath
  }

  /** By the prefix of its settings; null for what is built in. */
  find(at: string): GuestPlugin | null {
    return this.#spec.plugins[at] ?? null
  }

  /** An isolate with the plugin's bundle in it. Throws what its opening came to. */
  async open<K extends Stoppable>(kind: K, at: string): Promise<OpenGuest<K>> {
    const { connector, id } = this.#spec
    const found = this.find(at)
    if (found === null) throw new ConnectException(`There is no plugin for ${at}`)
    const { plugin, grants, limits } = found
    const lease = await this.#cells.acquire({ ...connector, plugin, grants, limits }, `${id.task}-${at}`, this.#onDeath)
    this.#leases.push(lease)
    const guest = valueOf(await lease.cell.open(kind, { label: `${id.task}-${at}`, onLog: guestLog(plugin.className, taskContext(id)), handlers: {} }))
    const opened = { guest, timeoutMs: limits.callTimeoutMs }
    this.#guests.push(opened as unknown as OpenGuest<Stoppable>)
    return opened
  }

  /** Each gets its `close`, politely; then the isolates go. */
  async close(): Promise<void> {
    await Promise.all(this.#guests.map(({ guest, timeoutMs }) => guest.call('stop', [], { timeoutMs })))
    await Promise.all(this.#guests.splice(0).map(({ guest }) => guest.dispose()))
    await Promise.all(this.#leases.splice(0).map((lease) => lease.release()))
  }
}
