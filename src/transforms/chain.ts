/** From configured stages to a chain: neighbours that run in one place form a run, and the runs follow each other. */
import type { MaybePromise } from '../data/maybe-promise.ts'
import { HostRun } from './host-run.ts'
import { createBuiltInStage, isBuiltIn } from './built-ins.ts'
import type { RowBatch } from './row-batch.ts'
import type { Chain, Run, StageSpec } from './types.ts'

/** Makes the run of consecutive stages of plugins. `firstStage` is the number of the first of them in the chain. */
export type MakeGuestRun = (firstStage: number, stages: readonly StageSpec[]) => Run

/** Null without stages. Throws ConfigException for a wrong configuration, and for a class that is not built in when there is no `guestRun`. */
export const createChain = (stages: readonly StageSpec[], guestRun: MakeGuestRun | null = null): Chain | null => {
  if (stages.length === 0) return null
  const runs: Run[] = []
  for (let first = 0; first < stages.length; ) {
    const builtIn = guestRun === null || isBuiltIn(stages[first] as StageSpec)
    let end = first + 1
    while (end < stages.length && (guestRun === null || isBuiltIn(stages[end] as StageSpec)) === builtIn) end++
    const some = stages.slice(first, end)
    runs.push(builtIn || guestRun === null ? new HostRun(first, some.map(createBuiltInStage)) : guestRun(first, some))
    first = end
  }
  return new RunChain(runs)
}

class RunChain implements Chain {
  readonly #runs: readonly Run[]
  constructor(runs: readonly Run[]) {
    this.#runs = runs
  }
  apply(batch: RowBatch): MaybePromise<RowBatch> {
    return this.#from(0, batch, null)
  }
  retry(batch: RowBatch, rows: readonly number[]): MaybePromise<RowBatch> {
    const stages = new Map(rows.map((row) => [row, batch.revive(row)]).filter(([, stage]) => (stage as number) >= 0) as [number, number][])
    return stages.size === 0 ? batch : this.#from(0, batch, stages)
  }
  async close(): Promise<void> {
    for (const run of this.#runs) await run.close?.()
  }

  /** Without a promise as long as no run has one. */
  #from(first: number, batch: RowBatch, resume: ReadonlyMap<number, number> | null): MaybePromise<RowBatch> {
    for (let index = first; index < this.#runs.length; index++) {
      const run = this.#runs[index] as Run
      const rows = resume && new Map([...resume].filter(([row, stage]) => batch.isLive(row) && stage < run.firstStage + run.stageCount))
      if (rows?.size === 0) continue
      const done = run.apply(batch, rows)
      if (done instanceof Promise) return done.then(() => this.#from(index + 1, batch, resume))
    }
    return batch
  }
}
