/**
 * JSON documents to values. The envelope's schema is the same text in record after record, so everything before the payload is
 * learned as bytes: a record that begins with a known head needs its payload parsed only.
 *
 *   {"schema":{"type":"string","optional":false},"payload":"…"}
 *   └────────────────────── head ────────────────────────┘     └ tail
 */
import { isUtf8 } from 'node:buffer'
import { DataException } from '../../data/errors.ts'
import { decimalName } from '../../data/logical.ts'
import type { Schema } from '../../data/schema.ts'
import type { SchemaAndValue } from '../../data/connect-values.ts'
import { type JsonNode, needsOwnParser, objectMembers, parseJson } from './parse.ts'
import { fromJson } from './read.ts'
import { schemaFromNode } from './schema.ts'
import { startsWithBytes } from './text.ts'

export type JsonReaderOptions = { readonly schemasEnable: boolean; readonly schemaContent: string; readonly cacheSize: number; readonly replaceNullWithDefault: boolean }
/** What stands before (and after) the payload of some records, and the payload's schema. */
export type Head = { readonly view: DataView; readonly length: number; readonly tailLength: number; readonly schema: Schema | null; readonly exactNumbers: boolean }

const envelopeMessage = 'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false in your converter configuration.'
const maxHeads = 16
const maxHeadBytes = 64 * 1024
const brace = 0x7d

export class JsonReader {
  readonly #options: JsonReaderOptions
  /** Most recently learned first; fixed when there are no envelopes. */
  #heads: readonly Head[] = []
  readonly #schemas = new Map<string, Schema | null>()
  readonly #envelopes: boolean

  constructor(options: JsonReaderOptions) {
    this.#options = options
    const content = contentSchema(options)
    this.#envelopes = options.schemasEnable && content === undefined
    const schema = options.schemasEnable ? (content ?? null) : null
    if (!this.#envelopes) this.#heads = [headOf(Buffer.alloc(0), 0, schema)]
  }
  /** Heads known so far. */
  get heads(): readonly Head[] {
    return this.#heads
  }

  headAt(bytes: DataView, start: number): Head | null {
    for (const head of this.#heads) if (startsWithBytes(bytes, start, head.view)) return head
    return null
  }

  /** The value of one document. Throws a DataException in Kafka's words. */
  read(bytes: Buffer, start: number, end: number): SchemaAndValue {
    if (!this.#envelopes) {
      const [head] = this.#heads
      const schema = head?.schema ?? null
      const { node, missing } = parseJson(textOf(bytes, start, end), head?.exactNumbers, schema === null)
      return { schema, value: this.#value(missing && schema === null ? null : node, schema) }
    }
    const head = this.headAt(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), start)
    if (head && bytes[end - 1] === brace) {
      const node = strictPayload(utf8Text(bytes, start + head.length, end - head.tailLength), head)
      if (node !== undefined) return { schema: head.schema, value: this.#value(node, head.schema) }
    }
    return this.#readEnvelope(textOf(bytes, start, end))
  }

  #readEnvelope(text: string): SchemaAndValue {
    const members = objectMembers(text)
    const keys = new Map(members?.map((member) => [member.key, member]))
    const schemaAt = keys.get('schema')
    const payloadAt = keys.get('payload')
    if (!schemaAt || !payloadAt || keys.size !== 2) {
      // as in Kafka, what is no JSON at all is told as that
      if (members === null) parseJson(text)
      throw new DataException(envelopeMessage)
    }
    const schema = this.#schemaOf(text.slice(schemaAt.start, schemaAt.end))
    const head = headOf(Buffer.from(text.slice(0, payloadAt.start)), 1, schema)
    if (members?.length === 2 && members[1] === payloadAt && head.length <= maxHeadBytes && !this.headAt(head.view, 0)) this.#heads = [head, ...this.#heads].slice(0, maxHeads)
    const { node } = parseJson(text.slice(payloadAt.start, payloadAt.end), head.exactNumbers, schema === null)
    return { schema, value: this.#value(node, schema) }
  }
  #schemaOf(text: string): Schema | null {
    const known = this.#schemas.get(text)
    const schema = known === undefined ? schemaFromNode(parseJson(text, true).node, this.#options.replaceNullWithDefault) : known
    // the one used last goes to the end, the one not used for longest is dropped
    this.#schemas.delete(text)
    this.#schemas.set(text, schema)
    if (this.#schemas.size > Math.max(1, this.#options.cacheSize)) this.#schemas.delete(this.#schemas.keys().next().value ?? text)
    return schema
  }
  #value(node: JsonNode, schema: Schema | null): unknown {
    return fromJson(node, schema, this.#options)
  }
}

const headOf = (bytes: Buffer, tailLength: number, schema: Schema | null): Head =>
  ({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), length: bytes.length, tailLength, schema, exactNumbers: schema !== null && hasDecimal(schema) })

/** Undefined when this is not exactly one JSON value, or one whose numbers need care: then the whole document is read the long way. */
const strictPayload = (text: string, head: Head): JsonNode | undefined => {
  if (head.exactNumbers || needsOwnParser(text, head.schema === null)) return undefined
  try {
    return JSON.parse(text) as JsonNode
  } catch {
    return undefined
  }
}

/** The text of a document. Like Jackson: a mark of UTF-8 is skipped, UTF-16 and UTF-32 are known by their marks or by the zeros in their first characters. */
const textOf = (bytes: Buffer, start: number, end: number): string => {
  const first = bytes[start]
  if (end - start > 1 && (first === 0 || bytes[start + 1] === 0 || (first !== undefined && first >= 0xef))) {
    const unmarked = bytes.subarray(start, end)
    if (first === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf) return utf8Text(bytes, start + 3, end)
    const wide = wideEncoding(unmarked)
    if (wide !== null) return new TextDecoder(wide, { ignoreBOM: false }).decode(unmarked)
  }
  return utf8Text(bytes, start, end)
}
const utf8Text = (bytes: Buffer, start: number, end: number): string => {
  const text = bytes.toString('utf8', start, end)
  if (text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end))) {
    throw new DataException('Converting byte[] to Kafka Connect data failed due to serialization error: ', { cause: new DataException('com.fasterxml.jackson.core.JsonParseException: Invalid UTF-8') })
  }
  return text
}
const wideEncoding = (bytes: Buffer): 'utf-16le' | 'utf-16be' | null => {
  const [a, b, c] = bytes
  // Jackson looks for a mark in four bytes, and for a zero in two
  if (bytes.length < 4 && a !== 0 && b !== 0) return null
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && bytes.length > 1)) return 'utf-16be'
  return (a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0) ? 'utf-16le' : null
}

const hasDecimal = (schema: Schema): boolean => {
  if (schema.name === decimalName) return true
  if (schema.type === 'STRUCT') return schema.fields.some((field) => hasDecimal(field.schema))
  const inner = [schema.type === 'MAP' ? schema.keySchema : null, schema.type === 'MAP' || schema.type === 'ARRAY' ? schema.valueSchema : null]
  return inner.some((each) => each !== null && hasDecimal(each))
}

/** `schema.content`: undefined when there is none. */
const contentSchema = ({ schemaContent: text, replaceNullWithDefault }: JsonReaderOptions): Schema | undefined => {
  if (text.trim() === '') return undefined
  let node: JsonNode
  try {
    node = parseJson(text, true).node
  } catch (error) {
    throw new DataException('Failed to parse schema in converter config due to serialization error: ', { cause: error instanceof Error ? error.cause : error })
  }
  return schemaFromNode(node, replaceNullWithDefault) ?? undefined
}
