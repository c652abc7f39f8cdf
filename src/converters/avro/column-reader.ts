/** Confluent's Avro back into columns of Connect values. Waits only for schemas not met before. */
import { type ConnectException, DataException } from '../../data/errors.ts'
import type { MaybePromise } from '../../data/maybe-promise.ts'
import { emptyColumn, type TextColumn } from '../../wire/batch.ts'
import type { SchemaTable } from '../../wire/schema-table.ts'
import { Tag } from '../../wire/values.ts'
import { asBuffer, countOf } from '../columns.ts'
import { asConnectException } from '../encode-rows.ts'
import type { ByteRanges, DecodedColumn, RowError, Topics } from '../types.ts'
import { AvroCursor } from './binary.ts'
import type { AvroConverterOptions } from './config.ts'
import { asFailure } from './failures.ts'
import { compileReader, type Mark, type ReadPlan, TaggedTarget } from './read-plan.ts'
import type { Registry } from './registry.ts'
import { subjectOf, topicNameStrategy } from './subjects.ts'
import { primitive } from './schema.ts'

type Plans = Map<number, ReadPlan | ConnectException>
const headBytes = 5
const guidBytes = 16

export class AvroColumnReader {
  readonly #registry: Registry
  readonly #options: AvroConverterOptions
  /** By topic and id. */
  readonly #plans = new Map<string, Plans>()
  readonly #cursor = new AvroCursor()
  /** Bytes that the last batch came to: the next one is mostly alike. */
  #expected: Mark = { values: 1024, texts: 1024 }

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
    const planOf: PlanOf = (topic, id) => plans[topic]?.get(id) ?? failed[topic]?.get(id)
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
      return compileReader(found.type, version, data)
    } catch (error) {
      if (error instanceof DataException) return error
      throw error
    }
  }

  /** `isTrusting`: texts are taken for well-formed; when they are not, all is read again with care. */
  #decode(parts: readonly ByteRanges[], topics: Topics, schemas: SchemaTable, planOf: PlanOf, isTrusting = true): DecodedColumn {
    const count = countOf(parts)
    const to = new TaggedTarget(schemas, isTrusting, this.#expected)
    const index = new Int32Array(count).fill(-1)
    const errors: RowError[] = []
    const cursor = this.#cursor
    let texts = 0
    let written = 0
    eachRow(parts, (row, bytes, start, end) => {
      if (start < 0) return to.values.write(null)
      const length = to.values.length
      const textCount = to.texts.count
      try {
        const plan = planAt(bytes, start, end, topics, row, planOf)
        cursor.reset(bytes, start + headBytes, end)
        to.depth = 0
        to.isOver = false
        plan.read(cursor, to)
        // a record that is null has no schema either
        if (to.values.data[length] === Tag.NULL) return
        index[row] = schemas.indexOf(plan.schema)
        if (plan.isString) texts++
        written++
      } catch (error) {
        to.values.rollback(length)
        to.texts.rollback(textCount)
        to.values.write(null)
        errors.push({ row, error: asConnectException(error) })
      }
    })
    this.#expected = { values: enough(to.values.length), texts: enough(to.texts.length) }
    const values = to.values.finish()
    if (isTrusting && !to.isText(values.strings)) return this.#decode(parts, topics, schemas, planOf, false)
    const column = written === 0 ? emptyColumn : texts === written ? textsAt(values.strings, index) : values
    return { count, column, schema: index.every((entry) => entry === 0) ? null : index, errors }
  }
}

const enough = (bytes: number): number => Math.min(64 * 1024 * 1024, bytes + (bytes >> 3) + 1024)
type PlanOf = (topic: number, id: number) => ReadPlan | ConnectException | undefined
const planAt = (bytes: Buffer, start: number, end: number, { topics, topic }: Topics, row: number, planOf: PlanOf): ReadPlan => {
  const at = topic === null ? 0 : (topic[row] as number)
  const id = idAt(bytes, start, end)
  if (id === null) throw new DataException(`Failed to deserialize data for topic ${topics[at]} to Avro: ${whyNoId(bytes, start, end)}`)
  const plan = planOf(at, id)
  if (plan === undefined || plan instanceof Error) throw plan ?? new DataException(`No schema with id ${id}`)
  return plan
}
/** Texts of the rows that have a schema, as a column of all rows. */
const textsAt = (texts: TextColumn, index: Int32Array): TextColumn => {
  let at = 0
  return { ...texts, lengths: index.map((schema) => (schema < 0 ? -1 : (texts.lengths[at++] as number))) }
}

const eachRow = (parts: readonly ByteRanges[], use: (row: number, bytes: Buffer, start: number, end: number) => void): void => {
  let row = 0
  for (const part of parts) {
    const bytes = asBuffer(part.bytes)
    for (let at = 0; at < part.count; at++, row++) use(row, bytes, part.start[at] as number, part.end[at] as number)
  }
}
const idAt = (bytes: Buffer, start: number, end: number): number | null => (start < 0 || end - start < headBytes || bytes[start] !== 0 ? null : bytes.readInt32BE(start + 1))
const whyNoId = (bytes: Buffer, start: number, end: number): string => {
  const size = end - start
  const why = bytes[start] === 1 && size > guidBytes
    ? 'Unknown magic byte! The record starts with byte 1, which stands before the GUID of a schema: schemas are found by their ids here'
    : size < headBytes
      ? `Unknown magic byte! A record of ${size} bytes cannot hold the magic byte 0 and a schema id; it was not written by a converter or serializer with a schema registry`
      : 'Unknown magic byte! The record does not start with byte 0 and a schema id; it was not written by a converter or serializer with a schema registry'
  return `${why}, or by one that puts the id into a header (HeaderSchemaIdSerializer), where it is not looked for`
}
