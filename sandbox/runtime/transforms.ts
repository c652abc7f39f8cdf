/**
 * A stretch of a task's transformations, a batch at a time: `TransformsApi`. Each row goes through the steps one after the other, as
 * in Java; what becomes of the rows goes back in one piece, and of that only what has changed.
 */
import { DataException } from '../../src/data/errors.ts'
import { ConnectHeaders } from '../../src/data/headers.ts'
import { ConnectRecord } from '../../src/data/record.ts'
import { kindOf } from '../../src/data/struct.ts'
import type { GuestRowFailure, GuestStep, TransformsApi } from '../../src/wire/guest-api.ts'
import type { MaybePromise } from '../sdk/connectors.ts'
import type { Predicate, Transformation } from '../sdk/plugins.ts'
import type { Async } from './api.ts'
import { toGuestError } from './errors.ts'
import { didYouMean } from './field-names.ts'
import { headerList } from './header-list.ts'
import { newPlugin } from './plugin.ts'
import { recordsOf, TransformedRows } from './transform-batch.ts'

type Step = { readonly className: string; readonly transformation: Transformation | null; readonly predicate: Predicate | null; readonly negate: boolean }

export const transformsApi = (): Async<TransformsApi> => {
  let steps: readonly Step[] = []

  const makeStep = async ({ transformation, predicate, negate }: GuestStep): Promise<Step> => {
    const madeTransformation = transformation && newPlugin('transformation', transformation)
    await madeTransformation?.configure?.(transformation?.config ?? {})
    const madePredicate = predicate && newPlugin('predicate', predicate)
    await madePredicate?.configure?.(predicate?.config ?? {})
    return { className: transformation?.className ?? predicate?.className ?? '', transformation: madeTransformation, predicate: madePredicate, negate }
  }
  /** Null: dropped. Not a promise unless one came back. */
  const applyStep = (step: Step, record: ConnectRecord): MaybePromise<ConnectRecord | null> => {
    const transform = (applies: boolean): MaybePromise<ConnectRecord | null> => {
      if (applies === step.negate || step.transformation === null) return record
      const returned = step.transformation.apply(record)
      return returned instanceof Promise ? returned.then((changed) => checkedRecord(changed, record, step)) : checkedRecord(returned, record, step)
    }
    if (step.predicate === null) return transform(!step.negate)
    const truth = step.predicate.test(record)
    return truth instanceof Promise ? truth.then((holds) => transform(Boolean(holds))) : transform(Boolean(truth))
  }

  return {
    async start(given) {
      steps = await Promise.all(given.map(makeStep))
    },
    async apply(batch, from) {
      const records = recordsOf(batch)
      const out = new TransformedRows(batch, records)
      const failures: GuestRowFailure[] = []
      for (let row = 0; row < batch.count; row++) {
        let at = from === null ? 0 : (from[row] as number)
        try {
          let record: ConnectRecord | null = records[row] as ConnectRecord
          for (; at < steps.length && record !== null; at++) {
            const next: MaybePromise<ConnectRecord | null> = applyStep(steps[at] as Step, record)
            record = next instanceof Promise ? await next : next
          }
          if (record !== null) out.add(row, record)
        } catch (error) {
          failures.push({ row, step: Math.min(at, steps.length - 1), error: toGuestError(error) })
        }
      }
      return { ...out.finish(), failures }
    },
    async test(batch) {
      const predicate = steps[0]?.predicate
      const truth = new Uint8Array(batch.count)
      const failures: GuestRowFailure[] = []
      for (const [row, record] of recordsOf(batch).entries()) {
        try {
          truth[row] = (await predicate?.test(record)) ? 1 : 0
        } catch (error) {
          failures.push({ row, step: 0, error: toGuestError(error) })
        }
      }
      return { truth, failures }
    },
    async stop() {
      for (const { transformation, predicate } of steps) {
        await transformation?.close?.()
        await predicate?.close?.()
      }
    },
  }
}

/** A record, or an object with what is to be different about it (`{ ...record, topic }` has the rest, too). */
const checkedRecord = (returned: unknown, before: ConnectRecord, { className }: Step): ConnectRecord | null => {
  if (returned === null) return null
  // a forgotten "return" would lose every record without a word
  if (returned === undefined) throw new DataException(`apply() of ${className} returned nothing; it must return the record, record.newRecord(…), or null to drop it`)
  if (returned instanceof ConnectRecord) return checkedTopic(returned, className)
  if (typeof returned !== 'object' || Array.isArray(returned)) throw new DataException(`apply() of ${className} returned ${kindOf(returned)}; it must return the record, record.newRecord(…) or null`)
  const given = returned as Partial<ConnectRecord>
  const unknown = Object.keys(given).find((name) => !(name in before))
  if (unknown !== undefined) throw new DataException(`apply() of ${className} returned an object with '${unknown}', which records do not have${didYouMean(unknown, Object.keys(before))}`)
  const field = <F extends keyof ConnectRecord>(name: F): ConnectRecord[F] => (name in given ? (given[name] as ConnectRecord[F]) : before[name])
  // `{ ...record, partition: 3 }` has Kafka's name for it, too, as it was
  const kafkaPartition = 'partition' in given && given.partition !== before.kafkaPartition ? given.partition ?? null : field('kafkaPartition')
  const made = before.newRecord(field('topic'), kafkaPartition, field('keySchema'), field('key'), field('valueSchema'), field('value'), milliseconds(field('timestamp')), headersOf(field('headers'), className))
  return checkedTopic(made, className)
}
const milliseconds = (timestamp: unknown): number | null => (timestamp instanceof Date ? timestamp.getTime() : (timestamp as number | null))
const headersOf = (headers: unknown, className: string): ConnectHeaders | undefined =>
  headers === undefined || headers instanceof ConnectHeaders ? headers : new ConnectHeaders(headerList(headers, (what) => new DataException(`apply() of ${className} returned a record whose ${what}`)))
const checkedTopic = (record: ConnectRecord, className: string): ConnectRecord => {
  if (typeof record.topic !== 'string' || record.topic === '') throw new DataException(`apply() of ${className} returned a record whose topic is ${JSON.stringify(record.topic) ?? 'missing'}; it must be a non-empty string`)
  return record
}
