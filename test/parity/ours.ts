/** Our half of the parity tests: the same cases through our own converters, `Values`, projector, transformations and configurations. */
import { clientDefs } from '../../src/config/client-defs.ts'
import * as Values from '../../src/data/connect-values.ts'
import { converterConfigDef, createConverter, findConverter } from '../../src/converters/converters.ts'
import type { Converter } from '../../src/converters/types.ts'
import type { ConfigDef } from '../../src/data/config-def.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaProjector } from '../../src/data/schema-projector.ts'
import { findTransform, transformConfigDef } from '../../src/transforms/built-ins.ts'
import { createPredicate, createTransformation } from '../../src/transforms/create.ts'
import { columnOf } from '../../src/wire/columns.ts'
import { hostValues } from '../../src/wire/host-columns.ts'
import { SchemaTable } from '../../src/wire/schema-table.ts'
import { columnToUtf8 } from '../../src/wire/transcode.ts'
import type { Answer, Case, Conversion } from './cases.ts'
import { builderAnswer, headersAnswer, logicalAnswer, structAnswer } from './ours-data.ts'
import { keysAnswer, madeOf, parsedAnswer } from './ours-definitions.ts'
import { predicateAnswer, transformAnswer } from './ours-transforms.ts'
import { schemaOf, tagSchema, tagValue, valueOf } from './tagged.ts'

type Encoding = Extract<Case, { readonly op: 'fromConnect' }>
type Decoding = Extract<Case, { readonly op: 'toConnect' }>

/** How values reach a converter: as a chain of transformations hands them over, or in the column in which a task sent them. */
export type Form = 'objects' | 'column'

/** Cases in a row for the same converter are one column, as in a batch. */
export const runOurs = async (cases: readonly Case[], form: Form = 'objects'): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (let at = 0; at < cases.length;) {
    const key = converterKey(cases[at] as Case)
    let end = at + 1
    while (key !== null && end < cases.length && converterKey(cases[end] as Case) === key) end++
    answers.push(...(await runGroup(cases.slice(at, end), form)))
    at = end
  }
  return answers
}

const converterKey = (one: Case): string | null => (one.op === 'fromConnect' || one.op === 'toConnect' ? JSON.stringify([one.op, one.class, one.as, one.config]) : null)

const runGroup = async (cases: readonly Case[], form: Form): Promise<Answer[]> => {
  const [first] = cases
  if (first === undefined) return []
  try {
    if (first.op === 'fromConnect') return await encodeAll(cases as readonly Encoding[], form)
    if (first.op === 'toConnect') return await decodeAll(cases as readonly Decoding[])
    return [await runOne(first)]
  } catch (error) {
    return cases.map(() => failure(error))
  }
}

const failure = (error: unknown): Answer => {
  const chain: { class: string; message: string | null }[] = []
  for (let each = error; each instanceof Error && chain.length < 5; each = each.cause) chain.push({ class: each.name, message: each.message })
  return { error: chain }
}

const runOne = async (one: Case): Promise<Answer> => {
  switch (one.op) {
    case 'configure':
      if (findConverter(one.class) !== null) converterOf(one)
      else if (findTransform('transformation', one.class) !== null) createTransformation(one.class, one.config ?? {})
      else createPredicate(one.class, one.config ?? {})
      return { configured: true }
    case 'parseString': {
      const { schema, value } = Values.parseString(one.text)
      return { schema: tagSchema(schema), value: tagValue(value, schema) }
    }
    case 'convert': {
      const from = schemaOf(one.schema)
      return { value: tagValue(conversions[one.to](from, valueOf(one.value, from), one.scale ?? 0), schemaOf(targets[one.to] ?? null)) }
    }
    case 'inferSchema':
      return { schema: tagSchema(Values.inferSchema(valueOf(one.value, null))) }
    case 'project': {
      const [source, target] = [schemaOf(one.source) as Schema, schemaOf(one.target) as Schema]
      return { schema: tagSchema(target), value: tagValue(SchemaProjector.project(source, valueOf(one.value, source), target), target) }
    }
    case 'transform':
      return transformAnswer(one)
    case 'test':
      return predicateAnswer(one)
    case 'configDef':
      return keysAnswer(defOf(one.class))
    case 'validate':
      return { values: defOf(one.class).validateToJson(one.config) }
    case 'headers':
      return headersAnswer(one)
    case 'struct':
      return structAnswer(one)
    case 'build':
      return builderAnswer(one)
    case 'logical':
      return logicalAnswer(one)
    case 'clientDef':
      return { keys: clientDefs[one.client].toJson() }
    case 'define':
      return keysAnswer(madeOf(one))
    case 'defineAndValidate':
      return { values: madeOf(one).validateToJson(one.config) }
    case 'defineAndParse':
      return parsedAnswer(madeOf(one), one.config)
    case 'fromConnect':
    case 'toConnect':
      throw new Error('these run in groups')
  }
}

const defOf = (className: string): ConfigDef =>
  findConverter(className) !== null ? converterConfigDef(className) : transformConfigDef(findTransform('transformation', className) !== null ? 'transformation' : 'predicate', className)

const conversions: Readonly<Record<Conversion, (from: ReturnType<typeof schemaOf>, value: unknown, scale: number) => unknown>> = {
  Boolean: Values.convertToBoolean, Byte: Values.convertToByte, Short: Values.convertToShort, Integer: Values.convertToInteger, Long: Values.convertToLong, Float: Values.convertToFloat,
  Double: Values.convertToDouble, String: Values.convertToString, List: Values.convertToList, Map: Values.convertToMap, Struct: Values.convertToStruct, Date: Values.convertToDate,
  Time: Values.convertToTime, Timestamp: Values.convertToTimestamp, Decimal: Values.convertToDecimal,
}
/** Which number type the results have. */
const targets: { readonly [to in Conversion]?: Parameters<typeof schemaOf>[0] } = {
  Byte: { t: 'INT8' }, Short: { t: 'INT16' }, Integer: { t: 'INT32' }, Long: { t: 'INT64' }, Float: { t: 'FLOAT32' }, Double: { t: 'FLOAT64' },
}

const made = new Map<string, Converter>()
const converterOf = (one: Extract<Case, { readonly op: 'configure' | 'fromConnect' | 'toConnect' }>): Converter => {
  const key = JSON.stringify([one.class, one.as, one.config])
  const known = made.get(key)
  if (known !== undefined) return known
  const converter = createConverter({ className: one.class, isKey: one.as === 'key', config: one.config ?? {} })
  made.set(key, converter)
  return converter
}
const topics = { topics: ['t'], topic: null }

const encodeAll = async (cases: readonly Encoding[], form: Form): Promise<Answer[]> => {
  const converter = converterOf(cases[0] as Encoding)
  const table = new SchemaTable()
  const index = Int32Array.from(cases, (one) => table.indexOf(schemaOf(one.schema)))
  const values = cases.map((one, row) => valueOf(one.value, table.schemas[index[row] as number] ?? null))
  const column = form === 'objects' ? { kind: 'objects' as const, values } : columnToUtf8(columnOf(values, table))
  const encoded = await converter.fromConnect({ count: cases.length, column, schemas: table.schemas, schema: index }, topics)
  const errors = new Map(encoded.errors.map(({ row, error }) => [row, error]))
  return cases.map((_, row) => {
    const error = errors.get(row)
    if (error !== undefined) return failure(error)
    const start = encoded.start[row] ?? -1
    return { bytes: start < 0 ? null : Buffer.from(encoded.bytes).toString('base64', start, encoded.end[row]) }
  })
}

const decodeAll = async (cases: readonly Decoding[]): Promise<Answer[]> => {
  const converter = converterOf(cases[0] as Decoding)
  const table = new SchemaTable()
  const buffers = cases.map((one) => (one.bytes === null ? null : Buffer.from(one.bytes, 'base64')))
  const start = new Int32Array(cases.length)
  const end = new Int32Array(cases.length)
  let at = 0
  buffers.forEach((buffer, row) => {
    start[row] = buffer === null ? -1 : at
    end[row] = buffer === null ? -1 : (at += buffer.length)
  })
  const bytes = Buffer.concat(buffers.filter((buffer) => buffer !== null))
  const decoded = await converter.toConnect([{ count: cases.length, bytes, start, end }], topics, table)
  const errors = new Map(decoded.errors.map(({ row, error }) => [row, error]))
  const values = hostValues(decoded.column, cases.length, table.schemas)
  return cases.map((_, row) => {
    const error = errors.get(row)
    if (error !== undefined) return failure(error)
    const schema = table.schemas[decoded.schema === null ? 0 : (decoded.schema[row] as number)] ?? null
    return { schema: tagSchema(schema), value: tagValue(values[row], schema) }
  })
}
