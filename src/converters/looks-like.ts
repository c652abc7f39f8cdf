/**
 * What bytes that a converter could not read look like, and which setting would read them. Pure. A guess for people: it is worded
 * as one, and nothing is decided by it.
 */
import { parseJson } from '../data/json.ts'

type Side = 'key' | 'value' | 'header'
/** `className`: of the converter that could not read them. `header`: the name of the header they are from. */
export type Asked = { readonly side: Side; readonly header?: string; readonly className: string; readonly bytes: Uint8Array; readonly showBytes: boolean }
type Guess = { readonly what: string; readonly remedy: (converter: string) => string }

const shownBytes = 16
const json = 'org.apache.kafka.connect.json.JsonConverter'
const string = 'org.apache.kafka.connect.storage.StringConverter'
const byteArray = 'org.apache.kafka.connect.converters.ByteArrayConverter'
const avro = 'io.confluent.connect.avro.AvroConverter'
const longConverter = 'org.apache.kafka.connect.converters.LongConverter'
const numberConverter = /^org\.apache\.kafka\.connect\.converters\.(Boolean|Short|Integer|Long|Float|Double)Converter$/

/** One or two sentences without the record's text; its first bytes in hex if they may be shown. */
export const looksLike = ({ side, header, className, bytes, showBytes }: Asked): string => {
  const begins = showBytes && bytes.length > 0 ? ` begins with ${hex(bytes)} (${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}) and` : ''
  const { what, remedy } = guess(bytes, className)
  return `The ${side}${header === undefined ? '' : ` '${header}'`}${begins} looks like ${what}: ${remedy(`${side}.converter`)}.`
}
/** JSON with a schema beside it: what a converter with `schemas.enable=false` takes for data. */
export const looksLikeEnvelope = (bytes: Uint8Array): boolean => {
  const text = utf8(bytes)
  return text !== null && isEnvelope(parse(text)?.value)
}

const hex = (bytes: Uint8Array): string => `${Buffer.from(bytes.subarray(0, shownBytes)).toString('hex').replaceAll(/(..)(?=.)/g, '$1 ')}${bytes.length > shownBytes ? ' …' : ''}`

const guess = (bytes: Uint8Array, className: string): Guess => (numberConverter.test(className) ? number(bytes) : null) ?? utf16(bytes) ?? wireFormat(bytes, className) ?? magic(bytes) ?? textual(bytes, className) ?? number(bytes) ?? latin(bytes) ?? unknown

const asItIs = (what: string, why: string): Guess => ({ what, remedy: (key) => `${why}; ${key}=${byteArray} passes it on as it is` })
const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A zero, the id of a schema in a registry (int32, above 0), then the data. */
const wireFormat = (bytes: Uint8Array, className: string): Guess | null => {
  const schema = bytes.length > 5 && bytes[0] === 0 ? view(bytes).readInt32BE(1) : 0
  if (schema <= 0) return null
  const what = `Confluent's wire format (magic byte 0, schema id ${schema})`
  const text = utf8(bytes.subarray(5))
  if (text !== null && typeof parse(text)?.value === 'object') return asItIs(`${what} with JSON behind it`, 'JSON with a schema of a registry is read by no converter here')
  if (className === avro) return { what, remedy: (key) => `${key}.schema.registry.url has to be the registry that gave it this id, and the data Avro; Protobuf is read by no converter here, ${key}=${byteArray} passes it on as it is` }
  const isNumber = bytes.length === 8
  return {
    what: `${what}${isNumber ? ' or a binary number of 64 bits' : ''}`,
    remedy: (key) => `${key}=${avro} with ${key}.schema.registry.url reads it if it is Avro; ${isNumber ? `${key}=${longConverter} reads it if it is a number` : 'Protobuf is read by no converter here'}`,
  }
}

/** Formats that say what they are in their first bytes. */
const heads: readonly { readonly head: readonly number[]; readonly guess: Guess }[] = [
  { head: [0x4f, 0x62, 0x6a, 1], guess: asItIs('an Avro container file', 'it is a file, not a record') },
  { head: [0x1f, 0x8b], guess: asItIs('gzip data', 'no converter unpacks it') },
  { head: [0x28, 0xb5, 0x2f, 0xfd], guess: asItIs('zstd data', 'no converter unpacks it') },
  { head: [0x04, 0x22, 0x4d, 0x18], guess: asItIs('lz4 data', 'no converter unpacks it') },
  { head: [0x50, 0x4b, 3, 4], guess: asItIs('a zip archive', 'no converter unpacks it') },
  { head: [0xac, 0xed, 0, 5], guess: asItIs('a serialized Java object', 'only Java reads it') },
]
const magic = (bytes: Uint8Array): Guess | null => heads.find(({ head }) => head.every((byte, index) => bytes[index] === byte))?.guess ?? null

/** By its mark, or by the zeros between Latin letters. */
const utf16 = (bytes: Uint8Array): Guess | null => {
  const read = (encoding: string): Guess => ({ what: 'UTF-16 text', remedy: (key) => `${key}=${string} with ${key}.converter.encoding=${encoding} reads it` })
  if (bytes.length < 2 || bytes.length % 2 !== 0) return null
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return read('UTF-16')
  const isLatin = (high: 0 | 1): boolean => bytes.length >= 4 && bytes.every((byte, index) => (index % 2 === high ? byte === 0 : isText(byte)))
  return isLatin(0) ? read('UTF-16BE') : isLatin(1) ? read('UTF-16LE') : null
}
/** Control characters are what tells binary data from text. */
const isText = (byte: number): boolean => byte > 31 || (byte > 8 && byte < 14)

const textual = (bytes: Uint8Array, className: string): Guess | null => {
  const text = utf8(bytes)
  if (text === null) return null
  if (text === '') return { what: 'nothing at all (an empty value, not a null)', remedy: (key) => `${key}=${string} or ${key}=${byteArray} reads it; a producer that means "deleted" has to send null` }
  if (text.startsWith('\uFEFF')) return { what: 'text with a byte order mark', remedy: (key) => `the mark (ef bb bf) has to go at the producer; ${key}=${string} reads it with the mark` }
  const parsed = parse(text)
  if (parsed === undefined) {
    const almost = /^\s*[[{"]/.test(text)
    return almost
      ? { what: 'broken or cut off JSON', remedy: (key) => `${key}=${string} passes it on as text` }
      : { what: 'plain text', remedy: (key) => `${key}=${string} reads it` }
  }
  if (isEnvelope(parsed.value) && className === json) return { what: 'JSON with a schema envelope whose schema is wrong or does not fit its payload', remedy: (key) => `that is for its producer to mend; ${key}=${string} passes it on as text` }
  if (isEnvelope(parsed.value)) return { what: 'JSON with a schema envelope', remedy: (key) => `${key}=${json} with ${key}.schemas.enable=true reads it` }
  const without: Guess = { what: 'JSON without a schema envelope', remedy: (key) => `${key}=${json} with ${key}.schemas.enable=false reads it` }
  // a number or a word is JSON by accident where no JSON was tried
  return className === json || typeof parsed.value === 'object' ? without : { what: 'plain text', remedy: (key) => `${key}=${string} reads it` }
}
const utf8 = (bytes: Uint8Array): string | null => {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
  return bytes.every(isText) ? text : null
}
const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: parseJson(text) }
  } catch {
    return undefined
  }
}
const isEnvelope = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === 'payload,schema'

const numbers: Readonly<Record<number, readonly string[]>> = { 1: ['Boolean'], 2: ['Short'], 4: ['Integer', 'Float'], 8: ['Long', 'Double'] }
const number = (bytes: Uint8Array): Guess | null => {
  const names = numbers[bytes.length]
  // digits and words of the same length are likelier to be meant as text
  if (!names || utf8(bytes) !== null) return null
  return { what: `a binary number of ${bytes.length * 8} bits`, remedy: (key) => `${names.map((name) => `${key}=org.apache.kafka.connect.converters.${name}Converter`).join(' or ')} reads it` }
}
/** Letters with accents between mostly plain ones, no control characters of either half: a producer of another time, or one with another default. */
const latin = (bytes: Uint8Array): Guess | null => {
  const accented = bytes.filter((byte) => byte > 0x9f).length
  if (accented * 2 > bytes.length || !bytes.every((byte) => isText(byte) && (byte < 0x7f || byte > 0x9f))) return null
  const read = (key: string): string => `${key}=${string} with ${key}.converter.encoding=ISO-8859-1 reads it`
  return /^\s*[[{]/.test(view(bytes).toString('latin1'))
    ? { what: 'JSON in another encoding than UTF-8 (ISO-8859-1?)', remedy: (key) => `JSON has to be UTF-8, which is for its producer to mend; ${read(key)} as text` }
    : { what: 'text in another encoding than UTF-8 (ISO-8859-1?)', remedy: read }
}
const unknown: Guess = { what: 'binary data of a format unknown here', remedy: (key) => `${key}=${byteArray} passes it on as it is` }
