/** Built-in stages, one after another over the rows of a batch, on this thread and without waiting. */
import type { RowBatch } from './row-batch.ts'
import type { Predicate, RecordRow, Run, Transformation } from './types.ts'

export type HostStage = {
  /** Of the transformation: a failing predicate is reported under it too, as in Kafka. */
  readonly className: string
  readonly transformation: Transformation
  readonly predicate: Predicate | null
  readonly negate: boolean
}

export class HostRun implements Run {
  readonly firstStage: number
  readonly #stages: readonly HostStage[]

  constructor(firstStage: number, stages: readonly HostStage[]) {
    this.firstStage = firstStage
    this.#stages = stages
  }
  get stageCount(): number {
    return this.#stages.length
  }

  apply(batch: RowBatch, resume: ReadonlyMap<number, number> | null): void {
    this.#stages.forEach((stage, index) => {
      const number = this.firstStage + index
      if (resume === null) applyToAll(batch, stage, number)
      else for (const [row, from] of resume) if (from <= number && batch.isLive(row)) applyToRow(batch, cursorAt(batch, row), stage, number)
    })
  }
}

const applyToAll = (batch: RowBatch, stage: HostStage, number: number): void => {
  const { transformation, predicate } = stage
  // rows that are dropped or failed share topics with live ones, which does no harm: nobody looks at them any more
  if (predicate === null && transformation.mapTopic && mapTopics(batch, (topic) => transformation.mapTopic?.(topic) ?? topic)) return
  const record = batch.cursor()
  for (let row = 0; row < batch.count; row++) {
    if (!batch.isLive(row)) continue
    record.row = row
    applyToRow(batch, record, stage, number)
  }
}
/** False when one of the topics fails: row by row it is then known which rows those are. */
const mapTopics = (batch: RowBatch, map: (topic: string) => string): boolean => {
  try {
    batch.mapTopics(map)
    return true
  } catch {
    return false
  }
}

const cursorAt = (batch: RowBatch, row: number): RecordRow & { row: number } => Object.assign(batch.cursor(), { row })
const applyToRow = (batch: RowBatch, record: RecordRow & { readonly row: number }, stage: HostStage, number: number): void => {
  try {
    if (stage.predicate !== null && stage.predicate.test(record) === stage.negate) return
    if (!stage.transformation.apply(record)) batch.drop(record.row)
  } catch (error) {
    batch.fail(record.row, number, stage.className, error)
  }
}
