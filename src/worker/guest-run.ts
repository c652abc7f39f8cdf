/**
 * A stretch of a chain in which bundles have their say: consecutive stages of one bundle are one crossing a batch. A stage whose
 * predicate and transformation live in different places (a built-in predicate before a bundle's transformation, or two bundles)
 * is two steps: which rows, then what becomes of those.
 */
import { ConnectHeaders } from '../data/headers.ts'
import { makePredicate, makeTransformation, isBuiltInClass } from '../transforms/built-ins.ts'
import type { RowBatch } from '../transforms/row-batch.ts'
import type { PluginSpec, Predicate, RecordRow, Run, StageSpec, Transformation } from '../transforms/types.ts'
import type { RecordBatch } from '../wire/batch.ts'
import type { GuestClass, GuestStep, TransformedBatch } from '../wire/guest-api.ts'
import { hostValues, packHostBatch, pickRows } from '../wire/host-columns.ts'
import { knownSchemas } from '../wire/schema-reader.ts'
import { guestException, valueOf } from './error-data.ts'
import type { GuestPlugins, OpenGuest } from './guest-plugins.ts'
import { checkTransformed, checkTruth } from './guest-results.ts'

/** Part of a run: `stages` of them from `first` on. `rows` are live, each with the stage it starts at. */
type Segment = { readonly first: number; readonly stages: number; open(): Promise<void>; apply(batch: RowBatch, rows: Int32Array, from: Int32Array | null): Promise<void> }

export class GuestRun implements Run {
  readonly firstStage: number
  readonly stageCount: number
  readonly #segments: readonly Segment[]

  constructor(firstStage: number, stages: readonly StageSpec[], plugins: GuestPlugins) {
    this.firstStage = firstStage
    this.stageCount = stages.length
    this.#segments = segmentsOf(firstStage, stages, plugins)
  }
  /** Opens the isolates and configures what runs in them. */
  async open(): Promise<void> {
    for (const segment of this.#segments) await segment.open()
  }
  async apply(batch: RowBatch, resume: ReadonlyMap<number, number> | null): Promise<void> {
    for (const segment of this.#segments) {
      const rows = liveRows(batch, resume, segment)
      if (rows.length > 0) await segment.apply(batch, rows, resume && Int32Array.from(rows, (row) => Math.max(0, (resume.get(row) as number) - segment.first)))
    }
  }
}

const liveRows = (batch: RowBatch, resume: ReadonlyMap<number, number> | null, { first, stages }: Segment): Int32Array => {
  if (resume === null) return batch.liveRows() ?? Int32Array.from({ length: batch.count }, (_, row) => row)
  return Int32Array.from([...resume].filter(([row, stage]) => batch.isLive(row) && stage < first + stages).map(([row]) => row)).sort()
}

const segmentsOf = (firstStage: number, stages: readonly StageSpec[], plugins: GuestPlugins): readonly Segment[] => {
  const segments: Segment[] = []
  for (let at = 0; at < stages.length; ) {
    const bundle = bundleOf(stages[at] as StageSpec, plugins)
    let end = at + 1
    while (bundle !== null && end < stages.length && bundleOf(stages[end] as StageSpec, plugins) === bundle) end++
    const some = stages.slice(at, end)
    segments.push(bundle === null ? new MixedStage(firstStage + at, some[0] as StageSpec, plugins) : new Crossing(firstStage + at, some, plugins))
    at = end
  }
  return segments
}
/** The bundle in which a whole stage can run; null when there is none. */
const bundleOf = ({ alias, predicate }: StageSpec, plugins: GuestPlugins): string | null => {
  const own = plugins.find(transformAt(alias))?.plugin.bundleFile ?? null
  return own === null || predicate === null || plugins.find(predicateAt(predicate.alias))?.plugin.bundleFile === own ? own : null
}
const transformAt = (alias: string): string => `transforms.${alias}`
const predicateAt = (alias: string): string => `predicates.${alias}`
const guestClass = ({ alias, config }: PluginSpec, prefix: (alias: string) => string, plugins: GuestPlugins): GuestClass => {
  const { className, exportName } = plugins.find(prefix(alias))?.plugin ?? { className: '', exportName: '' }
  return { className, exportName, config }
}

/** Stages that run whole in one bundle. */
class Crossing implements Segment {
  readonly first: number
  readonly stages: number
  readonly #specs: readonly StageSpec[]
  readonly #plugins: GuestPlugins
  #opened: OpenGuest<'transforms'> | null = null

  constructor(first: number, specs: readonly StageSpec[], plugins: GuestPlugins) {
    this.first = first
    this.stages = specs.length
    this.#specs = specs
    this.#plugins = plugins
  }
  async open(): Promise<void> {
    const steps = this.#specs.map((spec): GuestStep => ({
      transformation: guestClass(spec, transformAt, this.#plugins), predicate: spec.predicate && guestClass(spec.predicate, predicateAt, this.#plugins), negate: spec.negate,
    }))
    this.#opened = await openSteps(this.#plugins, transformAt(this.#specs[0]?.alias ?? ''), steps)
  }
  async apply(batch: RowBatch, rows: Int32Array, from: Int32Array | null): Promise<void> {
    const { guest, timeoutMs } = this.#opened as OpenGuest<'transforms'>
    const result = valueOf(await guest.call('apply', [crossing(batch, rows), from], { timeoutMs }))
    write(batch, rows, checkTransformed(result, rows.length, this.stages), (step) => ({ stage: this.first + step, className: this.#specs[step]?.className ?? '' }))
  }
}

/** One stage whose halves run in different places. */
class MixedStage implements Segment {
  readonly first: number
  readonly stages = 1
  readonly #spec: StageSpec
  readonly #plugins: GuestPlugins
  #predicate: Predicate | OpenGuest<'transforms'> | null = null
  #transformation: Transformation | Crossing | null = null

  constructor(first: number, spec: StageSpec, plugins: GuestPlugins) {
    this.first = first
    this.#spec = spec
    this.#plugins = plugins
  }
  async open(): Promise<void> {
    const { predicate } = this.#spec
    if (predicate !== null) {
      const at = predicateAt(predicate.alias)
      this.#predicate = isBuiltInClass('predicate', predicate.className)
        ? makePredicate(predicate)
        : await openSteps(this.#plugins, at, [{ transformation: null, predicate: guestClass(predicate, predicateAt, this.#plugins), negate: false }])
    }
    if (isBuiltInClass('transformation', this.#spec.className)) this.#transformation = makeTransformation(this.#spec)
    else {
      const crossing = new Crossing(this.first, [{ ...this.#spec, predicate: null, negate: false }], this.#plugins)
      await crossing.open()
      this.#transformation = crossing
    }
  }
  async apply(batch: RowBatch, rows: Int32Array): Promise<void> {
    const chosen = await this.#chosen(batch, rows)
    if (chosen.length === 0) return
    if (this.#transformation instanceof Crossing) return this.#transformation.apply(batch, chosen, null)
    const transformation = this.#transformation as Transformation
    eachRow(batch, chosen, this.#spec, this.first, (record) => {
      if (!transformation.apply(record)) batch.drop(record.row)
    })
  }

  /** The rows the predicate picks; those it fails on fail. */
  async #chosen(batch: RowBatch, rows: Int32Array): Promise<Int32Array> {
    const predicate = this.#predicate
    if (predicate === null) return rows
    const chosen: number[] = []
    const { negate } = this.#spec
    if ('test' in predicate) {
      eachRow(batch, rows, this.#spec, this.first, (record) => {
        if (predicate.test(record) !== negate) chosen.push(record.row)
      })
      return Int32Array.from(chosen)
    }
    const { truth, failures } = checkTruth(valueOf(await predicate.guest.call('test', [crossing(batch, rows)], { timeoutMs: predicate.timeoutMs })), rows.length)
    for (const { row, error } of failures) batch.fail(rows[row] as number, this.first, this.#spec.className, guestException(error))
    rows.forEach((row, index) => {
      if (batch.isLive(row) && (truth[index] === 1) !== negate) chosen.push(row)
    })
    return Int32Array.from(chosen)
  }
}

const openSteps = async (plugins: GuestPlugins, at: string, steps: readonly GuestStep[]): Promise<OpenGuest<'transforms'>> => {
  const opened = await plugins.open('transforms', at)
  valueOf(await opened.guest.call('start', [steps], { timeoutMs: opened.timeoutMs }))
  return opened
}
const eachRow = (batch: RowBatch, rows: Int32Array, { className }: StageSpec, stage: number, use: (record: RecordRow & { readonly row: number }) => void): void => {
  const record = batch.cursor()
  for (const row of rows) {
    record.row = row
    try {
      use(record)
    } catch (error) {
      batch.fail(row, stage, className, error)
    }
  }
}

const crossing = (batch: RowBatch, rows: Int32Array): RecordBatch => {
  const whole = batch.toHostBatch()
  return packHostBatch(rows.length === batch.count ? whole : pickRows(whole, rows))
}

/** What has become of `rows`, written into the batch. */
const write = (batch: RowBatch, rows: Int32Array, { batch: result, rows: left, changes, failures }: TransformedBatch, stageOf: (step: number) => { readonly stage: number; readonly className: string }): void => {
  const seen = new Uint8Array(rows.length)
  for (const { row, step, error } of failures) {
    seen[row] = 1
    const { stage, className } = stageOf(step)
    batch.fail(rows[row] as number, stage, className, guestException(error))
  }
  const schemas = knownSchemas(result.schemas)
  const schemaAt = (index: Int32Array | null, at: number) => schemas[index === null ? 0 : (index[at] as number)] ?? null
  const keys = changes.key ? hostValues(result.key, result.count, schemas) : null
  const values = changes.value ? hostValues(result.value, result.count, schemas) : null
  const headers = changes.headers ? headersOf(result, schemas) : null
  const record = batch.cursor()
  left.forEach((row, at) => {
    seen[row] = 1
    record.row = rows[row] as number
    if (changes.route) {
      record.topic = result.topics[result.topic === null ? 0 : (result.topic[at] as number)] as string
      const partition = result.partition === null ? -1 : (result.partition[at] as number)
      record.kafkaPartition = partition < 0 ? null : partition
    }
    if (changes.timestamp) {
      const timestamp = result.timestamp?.[at] ?? Number.NaN
      record.timestamp = Number.isNaN(timestamp) ? null : timestamp
    }
    if (keys !== null) record.set('key', schemaAt(result.keySchema, at), keys[at])
    if (values !== null) record.set('value', schemaAt(result.valueSchema, at), values[at])
    if (changes.headers) record.headers = headers?.[at] ?? new ConnectHeaders()
  })
  seen.forEach((isSeen, row) => {
    if (isSeen === 0) batch.drop(rows[row] as number)
  })
}
const headersOf = ({ headers, count }: RecordBatch, schemas: Parameters<typeof hostValues>[2]): readonly ConnectHeaders[] | null => {
  if (headers === null) return null
  const total = headers.keys.lengths.length
  const names = hostValues(headers.keys, total, []) as readonly string[]
  const values = hostValues(headers.values, total, schemas)
  let at = 0
  return Array.from({ length: count }, (_, row) => {
    const list = Array.from({ length: headers.counts[row] as number }, (_item, index) => ({ key: names[at + index] as string, value: values[at + index], schema: schemas[headers.schema === null ? 0 : (headers.schema[at + index] as number)] ?? null }))
    at += list.length
    return new ConnectHeaders(list)
  })
}
