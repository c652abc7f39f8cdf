/**
 * Request bodies: JSON with limits on size and depth, and readers for the few shapes there are. What Java answers with 500 and an
 * internal exception's text is 400 here, with a reason that says where and repeats nothing of the body (it may hold a secret).
 */
import { isDeeperThan, parseJson, type Reviver } from '../data/json.ts'
import { ConnectError } from '../errors.ts'
import { jsonProblem } from '../config/json-problem.ts'

export const maxBodyBytes = 10 * 1024 * 1024
const maxDepth = 100

type JsonObject = Readonly<Record<string, unknown>>
/** A number of the body with its own spelling, so that `1.0` and long integers reach a configuration as they were written. */
class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

const bad = (message: string): ConnectError => new ConnectError('BAD_REQUEST', message)
type RawJson = { readonly rawJSON: (text: string) => unknown; readonly isRawJSON: (value: unknown) => boolean }
const { rawJSON, isRawJSON } = JSON as unknown as RawJson
/** Offsets are 64 bits wide: an integer that a JavaScript number cannot hold stays raw text, and is written again as it was. */
const keepLongs: Reviver = (_key, value, { source = '' }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source) ? rawJSON(source) : value
const keepNumberText: Reviver = (_key, value, { source }) => (typeof value === 'number' ? new NumberText(source ?? String(value)) : value)

const parse = (body: string | null, reviver?: Reviver): unknown => {
  if (body === null || body.trim() === '') throw bad('The request has no body; it needs a JSON body')
  if (isDeeperThan(body, maxDepth)) throw bad(`The request body is nested more than ${maxDepth} levels deep`)
  try {
    return parseJson(body, reviver)
  } catch {
    throw bad(`The request body is not valid JSON: ${jsonProblem(body)}`)
  }
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (value instanceof NumberText || isRawJSON(value)) return 'a number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
const objectOf = (value: unknown, where: string): JsonObject => {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof NumberText || isRawJSON(value)) throw bad(`${where} must be a JSON object, not ${kindOf(value)}`)
  return value as JsonObject
}
const checkFields = (object: JsonObject, known: readonly string[], where: string): void => {
  const unknown = Object.keys(object).find((key) => !known.includes(key))
  if (unknown !== undefined) throw bad(`Unrecognized field "${unknown}" in ${where}; known fields are ${known.map((name) => `"${name}"`).join(', ')}`)
}

/** Keys to strings; numbers and booleans become strings, null stays (validation refuses it, PATCH removes the key). */
const configMap = (value: unknown, where: string): Record<string, string | null> =>
  Object.fromEntries(Object.entries(objectOf(value, where)).map(([key, item]) => {
    if (item instanceof NumberText) return [key, item.text]
    if (typeof item === 'boolean') return [key, String(item)]
    if (typeof item === 'string' || item === null) return [key, item]
    throw bad(`The value of "${key}" in ${where} must be a string, number or boolean, not ${kindOf(item)}`)
  }))

/** A configuration as the whole body. */
export const readConfig = (body: string | null): Record<string, string | null> => configMap(parse(body, keepNumberText), 'the request body')

export type CreateRequest = { readonly name: string; readonly config: Record<string, string | null>; readonly initialState: 'RUNNING' | 'PAUSED' | 'STOPPED' | null }
export const readCreateRequest = (body: string | null): CreateRequest => {
  const request = objectOf(parse(body, keepNumberText), 'The request body')
  checkFields(request, ['name', 'config', 'initial_state'], 'the request body')
  const { name = null, config = null, initial_state: state = null } = request
  if (config === null) throw bad('The request body needs the field "config": the connector\'s configuration')
  const nameText = name instanceof NumberText ? name.text : name
  if (nameText !== null && typeof nameText !== 'string') throw bad(`"name" must be a string, not ${kindOf(name)}`)
  const initialState = typeof state === 'string' ? state.toUpperCase() : state
  if (initialState !== null && initialState !== 'RUNNING' && initialState !== 'PAUSED' && initialState !== 'STOPPED') {
    throw bad('"initial_state" must be one of "RUNNING", "PAUSED" and "STOPPED"')
  }
  return { name: (nameText ?? '').trim(), config: configMap(config, '"config"'), initialState }
}

/** A partition may be missing here: that is for the kind of connector to refuse in its own words. */
export type OffsetChange = { readonly partition: JsonObject | null; readonly offset: JsonObject | null }
/** `{"offsets":[{"partition":{…},"offset":{…}|null}]}`; what partitions and offsets must hold depends on the connector. */
export const readOffsets = (body: string | null): readonly OffsetChange[] => {
  const request = objectOf(parse(body, keepLongs), 'The request body')
  checkFields(request, ['offsets'], 'the request body')
  const list = request.offsets ?? null
  if (list === null || (Array.isArray(list) && list.length === 0)) throw bad('Partitions / offsets need to be provided for an alter offsets request')
  if (!Array.isArray(list)) throw bad(`"offsets" must be an array, not ${kindOf(list)}`)
  return list.map((item: unknown, index) => {
    const where = `"offsets"[${index}]`
    const entry = objectOf(item, where)
    checkFields(entry, ['partition', 'offset'], where)
    const { partition = null, offset = null } = entry
    return { partition: partition === null ? null : objectOf(partition, `"partition" of ${where}`), offset: offset === null ? null : objectOf(offset, `"offset" of ${where}`) }
  })
}

/** `{"level":"DEBUG"}`; other fields are ignored, as in Kafka. */
export const readLevel = (body: string | null): string => {
  const { level = null } = objectOf(parse(body), 'The request body')
  if (typeof level !== 'string' || level === '') throw bad("Desired 'level' parameter was not specified in request.")
  return level
}
