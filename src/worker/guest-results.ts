/** What a cell says of the rows it was given, checked: it may have been taken over by what runs in it. Throws ProtocolError. */
import { checkError, ProtocolError } from '../cell/check-message.ts'
import type { Changes, ConvertedBatch, GuestRowFailure, TransformedBatch } from '../wire/guest-api.ts'

const fail = (what: string): never => {
  throw new ProtocolError(what)
}
const isIndex = (value: unknown, count: number): value is number => Number.isInteger(value) && (value as number) >= 0 && (value as number) < count

/** Each row at most once, in order. */
const failuresOf = (value: unknown, count: number, steps: number): readonly GuestRowFailure[] => {
  if (!Array.isArray(value) || value.length > count) return fail('failures that are no list of rows')
  let last = -1
  return (value as readonly unknown[]).map((item) => {
    const { row, step, error } = (item ?? {}) as Partial<Record<keyof GuestRowFailure, unknown>>
    if (!isIndex(row, count) || row <= last || !isIndex(step, steps)) return fail('a failure of a row that was not given')
    last = row
    return { row, step, error: checkError(error) }
  })
}

/** `count` rows were given to `steps` steps. */
export const checkTransformed = (result: TransformedBatch, count: number, steps: number): TransformedBatch => {
  const { batch, rows, changes } = result as { readonly [K in keyof TransformedBatch]: unknown } & { readonly batch: TransformedBatch['batch'] }
  if (!(rows instanceof Int32Array) || rows.length !== batch.count) return fail('rows that are not those of the batch')
  const failures = failuresOf(result.failures, count, steps)
  const failed = new Set(failures.map(({ row }) => row))
  let last = -1
  for (const row of rows) {
    if (row <= last || row >= count || failed.has(row)) fail('a row that was not given, or twice')
    last = row
  }
  for (const timestamp of batch.timestamp ?? []) if (!Number.isNaN(timestamp) && !Number.isInteger(timestamp)) fail('a timestamp that is no whole number of milliseconds')
  const flag = (name: keyof Changes): boolean => ((changes ?? {}) as Partial<Record<keyof Changes, unknown>>)[name] === true
  return { batch, rows, failures, changes: { route: flag('route'), timestamp: flag('timestamp'), key: flag('key'), value: flag('value'), headers: flag('headers') } }
}

export const checkConverted = ({ batch, failures }: ConvertedBatch, count: number): ConvertedBatch =>
  batch.count === count ? { batch, failures: failuresOf(failures, count, 1) } : fail('another number of values than were given')

export const checkTruth = (result: unknown, count: number): { readonly truth: Uint8Array; readonly failures: readonly GuestRowFailure[] } => {
  const { truth, failures } = (result ?? {}) as { readonly truth?: unknown; readonly failures?: unknown }
  return truth instanceof Uint8Array && truth.length === count ? { truth, failures: failuresOf(failures, count, 1) } : fail('another number of answers than questions')
}
