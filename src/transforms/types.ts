/**
 * Transformations and predicates, and the chain they form.
 *
 * A built-in works on the record of a row in place (`RecordRow`): what it does not touch is never made into JavaScript values.
 * A chain is a list of runs, each a stretch of stages that runs in one place: built-ins here (`host-run.ts`), those of plugins in
 * a cell, one crossing a batch for the whole stretch. A run goes over all live rows of a batch before the next run starts; a row
 * that is dropped or fails takes no part in what follows. What fails, fails its row only, with the stage it failed in, so that just
 * those rows can be tried again from there (`Chain.retry`).
 */
import type { ConfigDef } from '../data/config-def.ts'
import type { ConfigMap } from '../data/config-parse.ts'
import type { ConnectHeaders } from '../data/headers.ts'
import type { MaybePromise } from '../data/maybe-promise.ts'
import type { Schema } from '../data/schema.ts'
import type { RowBatch } from './row-batch.ts'

export type Side = 'key' | 'value'

/** The record of one row. Assigning changes the row; headers read here are shared, so they are duplicated before they change. */
export interface RecordRow {
  topic: string
  kafkaPartition: number | null
  timestamp: number | null
  headers: ConnectHeaders
  /** The offset in Kafka; null for a source record, which has none yet. */
  readonly kafkaOffset: number | null
  schema(side: Side): Schema | null
  value(side: Side): unknown
  isNull(side: Side): boolean
  set(side: Side, schema: Schema | null, value: unknown): void
  /** As Kafka prints the record. */
  toString(): string
}

export interface Transformation {
  /** Changes the record, wholly or (when it throws) not at all. False drops it. */
  apply(record: RecordRow): boolean
  /** For one that changes the topic and looks at nothing else: the new name. Lets a batch be done topic by topic. */
  mapTopic?(topic: string): string
}
export interface Predicate {
  test(record: RecordRow): boolean
}

/** A built-in under its class name. `make` gets parsed values; it throws ConfigException for what the definition cannot check. */
export type TransformationPlugin = { readonly className: string; readonly config: ConfigDef; readonly make: (config: ConfigMap) => Transformation }
export type PredicatePlugin = { readonly className: string; readonly config: ConfigDef; readonly make: (config: ConfigMap) => Predicate }

/** One stage as configured; `className` is full, `config` without prefix, `predicate` and `negate`. */
export type PluginSpec = { readonly alias: string; readonly className: string; readonly config: Readonly<Record<string, string>> }
export type StageSpec = PluginSpec & { readonly predicate: PluginSpec | null; readonly negate: boolean }

export type StageFailure = { readonly row: number; readonly stage: number; readonly className: string; readonly error: Error }

/** A stretch of consecutive stages that runs in one place. Stages are numbered through the whole chain. */
export interface Run {
  readonly firstStage: number
  readonly stageCount: number
  /**
   * Takes the live rows of the batch through its stages: writes what becomes of them, `drop`s and `fail`s rows. With `resume`, only
   * these rows, each from the stage given (rows that failed before and are tried again).
   */
  apply(batch: RowBatch, resume: ReadonlyMap<number, number> | null): MaybePromise<void>
  close?(): MaybePromise<void>
}

export interface Chain {
  /** Resolves with the batch given, or returns it at once when no run had to wait. */
  apply(batch: RowBatch): MaybePromise<RowBatch>
  /** Tries failed rows again, each from the stage it failed in. */
  retry(batch: RowBatch, rows: readonly number[]): MaybePromise<RowBatch>
  close(): Promise<void>
}
