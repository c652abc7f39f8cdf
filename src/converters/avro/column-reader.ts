/** Confluent's Avro back into columns of Connect values. Waits only for schemas not met before. */
import { type ConnectException, DataException } from '../../data/errors.ts'
import { toLogical } from '../../data/logical.ts'
import type { MaybePromise } from '../../data/maybe-promise.ts'
import type { SchemaTable } from '../../wire/schema-table.ts'
import { asBuffer, countOf } from '../columns.ts'
import { asConnectException } from '../encode-rows.ts'
import type { ByteRanges, DecodedColumn, RowError, Topics } from '../types.ts'
import { AvroCursor } from './binary.ts'
import type { AvroConverterOptions } from './config.ts'
import { asFailure } from './failures.ts'
import { compileReader, type ReadPlan } from './read-plan.ts'
import type { Registry } from './registry.ts'
import { subjectOf, topicNameStrategy } from './subjects.ts'
import { primitive } from './schema.ts'

type Plans = Map<number, ReadPlan | ConnectException>
const headBytes = 5

export class AvroColumnReader {
  readonly #registry: Registry
  readonly #options: AvroConverterOptions
  /** By topic and id. */
  readonly #plans = new Map<string, Plans>()
  readonly #cursor = new AvroCursor()

  constructor(registry: Registry, options: AvroConverterOptions) {
    this.#registry = registry
    this.#options = options
  }

  read(parts: readonly ByteRanges[], topics: Topics, schemas: SchemaTable): MaybePromise<DecodedColumn> {
    const plans = topics.topics.map((topic) => this.#plansOf(topic))
    const waits: Promise<void>[] = []
    const failed = topics.topics.map((): Plans => new Map())
    eachRow(parts, (row, bytes, start, end) => {
      const id = idAt(bytes, start, end)
      const topic = topics.topic === null ? 0 : (topics.topic[row] as number)
      if (id === null || plans[topic]?.has(id) !== false || failed[topic]?.has(id) !== false) return
      const name = topics.topics[topic] ?? ''
      // taken out again when it is there: a failure is this batch's, the next one asks again
      failed[topic].set(id, new DataException(`The schema with id ${id} is not there yet`))
      waits.push(this.#ask(name, id).then(
        (plan) => void plans[topic]?.set(id, plan),
        (error: unknown) => void failed[topic]?.set(id, asFailure(error, name, 'deserialize')),
      ))
    })
    const planOf = (topic: number, id: number): ReadPlan | ConnectException | undefined => plans[topic]?.get(id) ?? failed[topic]?.get(id)
    const decode = (): DecodedColumn => this.#decode(parts, topics, schemas, planOf)
    return waits.length === 0 ? decode() : Promise.all(waits).then(decode)
  }

  #plansOf(topic: string): Plans {
    const known = this.#plans.get(topic)
    if (known !== undefined) return known
    const plans: Plans = new Map()
    this.#plans.set(topic, plans)
    return plans
  }
  /** A schema that cannot be a Connect schema stays one: that is kept, unlike a registry that did not answer. */
  async #ask(topic: string, id: number): Promise<ReadPlan | ConnectException> {
    const { subject, data } = this.#options
    const known = subject.strategy === topicNameStrategy ? subjectOf(topic, primitive('null'), subject) : null
    const found = await this.#registry.byId(id, known)
    try {
      const version = await this.#registry.version(known ?? subjectOf(topic, found.type, subject), found)
      const plan = compileReader(found.type, version, data)
      const { schema } = plan
      return found.type.kind === 'bytes' && schema !== null ? { schema, read: (from) => toLogical(schema, from.fixed(from.left)) } : plan
    } catch (error) {
      if (error instanceof DataException) return error
      throw error
    }
  }

  #decode(parts: readonly ByteRanges[], topics: Topics, schemas: SchemaTable, planOf: (topic: number, id: number) => ReadPlan | ConnectException | undefined): DecodedColumn {
    const count = countOf(parts)
    const values = new Array<unknown>(count).fill(null)
    const index = new Int32Array(count).fill(-1)
    const errors: RowError[] = []
    const cursor = this.#cursor
    eachRow(parts, (row, bytes, start, end) => {
      const topic = topics.topic === null ? 0 : (topics.topic[row] as number)
      try {
        const id = idAt(bytes, start, end)
        if (id === null) throw new DataException(`Failed to deserialize data for topic ${topics.topics[topic]} to Avro: ${whyNoId(end - start)}`)
        const plan = planOf(topic, id)
        if (plan === undefined || plan instanceof Error) throw plan ?? new DataException(`No schema with id ${id}`)
        cursor.reset(bytes, start + headBytes, end)
        values[row] = plan.read(cursor)
        index[row] = schemas.indexOf(plan.schema)
      } catch (error) {
        errors.push({ row, error: asConnectException(error) })
      }
    })
    return { count, column: { kind: 'objects', values }, schema: index.every((entry) => entry === 0) ? null : index, errors }
  }
}

const eachRow = (parts: readonly ByteRanges[], use: (row: number, bytes: Buffer, start: number, end: number) => void): void => {
  let row = 0
  for (const part of parts) {
    const bytes = asBuffer(part.bytes)
    for (let at = 0; at < part.count; at++, row++) if ((part.start[at] as number) >= 0) use(row, bytes, part.start[at] as number, part.end[at] as number)
  }
}
const idAt = (bytes: Buffer, start: number, end: number): number | null => (end - start < headBytes || bytes[start] !== 0 ? null : bytes.readInt32BE(start + 1))
const whyNoId = (size: number): string =>
  size < headBytes
    ? `Unknown magic byte! A record of ${size} bytes cannot hold the magic byte 0 and a schema id; it was not written by a converter or serializer with a schema registry`
    : 'Unknown magic byte! The record does not start with byte 0 and a schema id; it was not written by a converter or serializer with a schema registry'
