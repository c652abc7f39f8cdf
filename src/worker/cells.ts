/**
 * The cells of one task thread, shared by a Connector and its tasks (`isolate.cell=connector`) or one for each
 * (`isolate.cell=task`). Who holds a lease hears of the cell's death; a dead cell is never handed out again, so whatever
 * restarts gets a fresh one. The last lease returned closes the cell.
 */
import type { Cell, CellDeath, SpawnCell } from '../cell/cell.ts'
import type { CellUsage } from './messages.ts'
import type { ConnectorSpec } from './types.ts'

export interface CellLease {
  readonly cell: Cell
  /** Idempotent. The listener given to `acquire` is not called any more. */
  release(): Promise<void>
}
type Entry = { readonly connector: string; readonly spawned: Promise<Cell>; readonly listeners: Set<(death: CellDeath) => void>; leases: number }

export class CellPool {
  readonly #spawn: SpawnCell
  readonly #entries = new Map<string, Entry>()
  /** Cells being closed count until they are gone. */
  readonly #cells = new Map<Cell, string>()

  constructor(spawn: SpawnCell) {
    this.#spawn = spawn
  }

  /** `label` is `connector` or the task number. Rejects when the cell cannot be spawned. */
  async acquire(spec: ConnectorSpec, label: string, onDeath: (death: CellDeath) => void): Promise<CellLease> {
    const key = JSON.stringify([spec.name, spec.cellPer === 'task' ? label : null, spec.plugin, spec.grants, spec.limits])
    let entry = this.#entries.get(key)
    if (!entry) {
      const name = spec.cellPer === 'task' ? `${spec.name}-${label}` : spec.name
      entry = { connector: spec.name, spawned: this.#spawn({ plugin: spec.plugin, grants: spec.grants, limits: spec.limits, name }), listeners: new Set(), leases: 0 }
      this.#entries.set(key, entry)
      this.#watch(key, entry)
    }
    entry.leases++
    entry.listeners.add(onDeath)
    const release = this.#releaseOnce(key, entry, onDeath)
    try {
      return { cell: await entry.spawned, release }
    } catch (error) {
      await release()
      throw error
    }
  }

  usage(): readonly CellUsage[] {
    return [...this.#cells].map(([cell, connector]) => ({ connector, pid: cell.pid, ...cell.usage() }))
  }

  #watch(key: string, entry: Entry): void {
    const forget = (): void => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    }
    entry.spawned.then((cell) => {
      this.#cells.set(cell, entry.connector)
      return cell.died.then((death) => {
        forget()
        this.#cells.delete(cell)
        for (const listener of entry.listeners) listener(death)
      })
    }).catch(forget)
  }
  #releaseOnce(key: string, entry: Entry, onDeath: (death: CellDeath) => void): () => Promise<void> {
    let released = false
    return async () => {
      if (released) return
      released = true
      entry.listeners.delete(onDeath)
      if (--entry.leases > 0) return
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
      await entry.spawned.then((cell) => cell.close(), () => undefined)
    }
  }
}
