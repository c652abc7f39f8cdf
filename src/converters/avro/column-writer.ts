/** Columns of Connect values as Confluent's Avro: a magic byte, the schema's id, the value. Waits only for schemas not met before. */
import { type ConnectException, DataException } from '../../data/errors.ts'
import { fromLogical } from '../../data/logical.ts'
import type { MaybePromise } from '../../data/maybe-promise.ts'
import type { Schema } from '../../data/schema.ts'
import { ValuesError } from '../../wire/values.ts'
import { asBuffer, Scratch } from '../columns.ts'
import { asConnectException } from '../encode-rows.ts'
import { type ConnectColumn, type EncodedColumn, type RowError, schemaOf, type Topics } from '../types.ts'
import { type Translate, translator } from './avsc.ts'
import type { AvroConverterOptions } from './config.ts'
import { asFailure } from './failures.ts'
import { avroFromConnect } from './from-connect.ts'
import type { Registered, Registry } from './registry.ts'
import { type RowPlan, type Rows, rowsOf } from './rows.ts'
import { sameShape } from './same-shape.ts'
import { SchemaCache } from './schema-cache.ts'
import { avroText } from './schema-text.ts'
import type { AvroType } from './schema.ts'
import { subjectOf } from './subjects.ts'
import { compileWriter, type WriteAvro } from './write-plan.ts'
import { compileTagged } from './write-tagged.ts'

type WritePlan = RowPlan & { readonly type: AvroType; readonly text: string; readonly targets: Map<string, Target> }
/** What values of a schema become under a subject. `translate`: they are written in another schema than their own. */
type Target = { readonly head: Buffer; readonly translate: Translate | null; readonly expiresAtMs: number }
/** All values of one schema for one topic in a batch. */
type Job = Asked | { readonly error: ConnectException; readonly of: 'schema' | 'subject' }
type Asked = { readonly plan: WritePlan; readonly subject: string; readonly target: Target | null }

const headBytes = 5

export class AvroColumnWriter {
  readonly #registry: Registry
  readonly #options: AvroConverterOptions
  readonly #plans: SchemaCache<WritePlan>
  readonly #scratch = new Scratch()

  constructor(registry: Registry, options: AvroConverterOptions) {
    this.#registry = registry
    this.#options = options
    this.#plans = new SchemaCache(options.data.schemasCacheSize)
  }

  write(values: ConnectColumn, topics: Topics): MaybePromise<EncodedColumn> {
    const jobs: Job[] = []
    const waits: Promise<void>[] = []
    const width = values.schemas.length + 1
    let live: Uint8Array | null = null
    for (let row = 0; row < values.count; row++) {
      const key = jobKey(values, topics, row, width)
      if (jobs[key] !== undefined) continue
      const topic = topicOf(topics, row)
      const job = this.#job(schemaOf(values, row), topic)
      if ('error' in job || job.target !== null) {
        jobs[key] = job
        continue
      }
      // a schema that has nothing but nulls is not asked for
      live ??= liveRows(values)
      if (live[row] === 0) continue
      jobs[key] = job
      waits.push(this.#ask(job, topic).then((found) => void (jobs[key] = found)))
    }
    const encode = (): EncodedColumn => this.#encode(values, (row) => jobs[jobKey(values, topics, row, width)])
    // who waits may be overtaken by a call that need not: its bytes are its own
    return waits.length === 0 ? encode() : Promise.all(waits).then(() => copied(encode()))
  }

  /** With the target where it is known. */
  #job(schema: Schema | null, topic: string): Job {
    let of: 'schema' | 'subject' = 'schema'
    try {
      const plan = this.#plans.get(schema, (each) => this.#plan(each))
      of = 'subject'
      const subject = subjectOf(topic, plan.type, this.#options.subject)
      const known = plan.targets.get(subject)
      return { plan, subject, target: known !== undefined && known.expiresAtMs > Date.now() ? known : null }
    } catch (error) {
      return { error: asConnectException(error), of }
    }
  }
  async #ask({ plan, subject }: Asked, topic: string): Promise<Job> {
    try {
      const target = await this.#target(plan, subject)
      plan.targets.set(subject, target)
      return { plan, subject, target }
    } catch (error) {
      return { error: asFailure(error, topic, 'serialize'), of: 'subject' }
    }
  }

  #plan(schema: Schema | null): WritePlan {
    const type = avroFromConnect(schema, this.#options.data)
    const write = schema !== null && type.kind === 'bytes' ? bareBytes(schema) : compileWriter(schema, type, this.#options.data)
    const tagged = schema === null || type.kind === 'bytes' ? null : compileTagged(schema, type, this.#options.data)
    return { type, text: avroText(type), write, tagged, targets: new Map() }
  }

  async #target(plan: WritePlan, subject: string): Promise<Target> {
    const { autoRegisterSchemas, useSchemaId, useLatestVersion, latestCacheMs, idCompatibilityStrict, latestCompatibilityStrict } = this.#options
    if (autoRegisterSchemas) return targetOf(await this.#registry.register(subject, plan.text))
    if (useSchemaId >= 0) return translated(plan, await this.#registry.byId(useSchemaId, subject), idCompatibilityStrict ? 'id.compatibility.strict' : null, Infinity)
    if (useLatestVersion) return translated(plan, await this.#registry.latest(subject), latestCompatibilityStrict ? 'latest.compatibility.strict' : null, Date.now() + latestCacheMs)
    return targetOf(await this.#registry.lookup(subject, plan.text))
  }

  #encode(values: ConnectColumn, jobOf: (row: number) => Job | undefined): EncodedColumn {
    const to = this.#scratch
    const rows = rowsOf(values)
    const start = new Int32Array(values.count).fill(-1)
    const end = new Int32Array(values.count).fill(-1)
    const errors: RowError[] = []
    to.begin()
    for (let row = 0; row < values.count; row++) {
      const from = to.length
      const hasValue = rows.next(row)
      try {
        const job = jobOf(row)
        if (!hasValue) {
          // a schema that cannot be Avro's fails a null too
          if (job !== undefined && 'error' in job && job.of === 'schema') throw job.error
          if (schemaOf(values, row)?.isOptional === false) throw new DataException('Found null value for non-optional schema')
          continue
        }
        writeRow(rows, job, to)
        start[row] = from
        end[row] = to.length
      } catch (error) {
        // a column that is damaged is no matter of one row
        if (error instanceof ValuesError) throw error
        to.length = from
        errors.push({ row, error: asConnectException(error) })
      }
    }
    return { count: values.count, bytes: to.bytes, start, end, errors }
  }
}

const copied = (column: EncodedColumn): EncodedColumn => ({ ...column, bytes: Buffer.from(column.bytes) })
const topicOf = ({ topics, topic }: Topics, row: number): string => topics[topic === null ? 0 : (topic[row] as number)] ?? ''
const jobKey = (values: ConnectColumn, { topic }: Topics, row: number, width: number): number =>
  (topic === null ? 0 : (topic[row] as number)) * width + 1 + (values.schema === null ? (values.schemas.length === 0 ? -1 : 0) : (values.schema[row] as number))

const liveRows = (values: ConnectColumn): Uint8Array => {
  const rows = rowsOf(values)
  return Uint8Array.from({ length: values.count }, (_, row) => (rows.next(row) ? 1 : 0))
}

const writeRow = (rows: Rows, job: Job | undefined, to: Scratch): void => {
  if (job === undefined) return
  if ('error' in job) throw job.error
  const { plan, target } = job
  if (target === null) return
  to.copy(target.head, 0, headBytes)
  const from = to.length
  rows.write(plan, to)
  if (target.translate === null) return
  const translatedBytes = target.translate(Buffer.from(to.bytes.subarray(from, to.length)))
  to.length = from
  to.copy(translatedBytes, 0, translatedBytes.length)
}

const targetOf = (id: number): Target => {
  const head = Buffer.alloc(headBytes)
  head.writeInt32BE(id, 1)
  return { head, translate: null, expiresAtMs: Infinity }
}
const translated = (plan: WritePlan, { id, type }: Registered, strictBy: string | null, expiresAtMs: number): Target => ({
  ...targetOf(id), expiresAtMs, translate: sameShape(plan.type, type) ? null : translator(plan.type, type, strictBy),
})
/** A value that is bytes and nothing else stands without a length. */
const bareBytes = (schema: Schema): WriteAvro => (value, to) => {
  const bytes = fromLogical(schema, value)
  if (!(bytes instanceof Uint8Array)) throw new DataException('Invalid type for BYTES')
  to.copy(asBuffer(bytes), 0, bytes.length)
}
