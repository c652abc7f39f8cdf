/**
 * What bytes that a converter could not read look like, and which setting would read them. Pure. A guess for people: it is worded
 * as one, and nothing is decided by it.
 */
type Side = 'key' | 'value' | 'header'
export type Asked = { readonly side: Side; readonly className: string; readonly bytes: Uint8Array; readonly showBytes: boolean }
type Guess = { readonly what: string; readonly remedy: (converter: string) => string }

const shownBytes = 16
const json = 'org.apache.kafka.connect.json.JsonConverter'
const string = 'org.apache.kafka.connect.storage.StringConverter'
const byteArray = 'org.apache.kafka.connect.converters.ByteArrayConverter'
const avro = 'io.confluent.connect.avro.AvroConverter'

/** One or two sentences without the record's text; its first bytes in hex if they may be shown. */
export const looksLike = ({ side, className, bytes, showBytes }: Asked): string => {
  const begins = showBytes && bytes.length > 0 ? ` begins with ${hex(bytes)} (${bytes.length} ${bytes.length === 1 ? 'byte' : 'bytes'}) and` : ''
  const { what, remedy } = guess(bytes, className)
  return `The ${side}${begins} looks like ${what}: ${remedy(`${side}.converter`)}.`
}

const hex = (bytes: Uint8Array): string => `${Buffer.from(bytes.subarray(0, shownBytes)).toString('hex').replaceAll(/(..)(?=.)/g, '$1 ')}${bytes.length > shownBytes ? ' …' : ''}`

const guess = (bytes: Uint8Array, className: string): Guess => magic(bytes) ?? textual(bytes, className) ?? binary(bytes)

/** Formats that say what they are in their first bytes. */
const magic = (bytes: Uint8Array): Guess | null => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length > 5 && bytes[0] === 0) {
    const schema = view.readInt32BE(1)
    if (schema > 0) {
      const what = `Confluent's wire format (magic byte 0, schema id ${schema})`
      if (bytes[5] === 0x7b) return { what, remedy: (key) => `JSON with a schema of a registry, which no converter here reads; ${key}=${byteArray} passes it on as it is` }
      return { what, remedy: (key) => `${key}=${avro} with ${key}.schema.registry.url reads it if it is Avro` }
    }
  }
  const starts = (...head: readonly number[]): boolean => head.every((byte, index) => bytes[index] === byte)
  if (starts(0x4f, 0x62, 0x6a, 1)) return { what: 'an Avro container file', remedy: (key) => `it is a file, not a record; ${key}=${byteArray} passes it on as it is` }
  if (starts(0x1f, 0x8b)) return { what: 'gzip data', remedy: (key) => `no converter unpacks it; ${key}=${byteArray} passes it on as it is` }
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return { what: 'zstd data', remedy: (key) => `no converter unpacks it; ${key}=${byteArray} passes it on as it is` }
  if (starts(0xac, 0xed, 0, 5)) return { what: 'a serialized Java object', remedy: (key) => `only Java reads it; ${key}=${byteArray} passes it on as it is` }
  if (starts(0xff, 0xfe) || starts(0xfe, 0xff)) return { what: 'UTF-16 text', remedy: (key) => `${key}=${string} with ${key}.encoding=UTF-16 reads it` }
  return null
}

const textual = (bytes: Uint8Array, className: string): Guess | null => {
  const text = utf8(bytes)
  if (text === null) return null
  if (text === '') return { what: 'nothing at all (an empty value, not a null)', remedy: (key) => `${key}=${string} or ${byteArray} reads it; a producer that means "deleted" has to send null` }
  if (text.startsWith('\uFEFF')) return { what: 'text with a byte order mark', remedy: (key) => `the mark (ef bb bf) has to go at the producer; ${key}=${string} reads it with the mark` }
  const parsed = parse(text)
  if (parsed === undefined) {
    const almost = /^\s*[[{"]/.test(text)
    return almost
      ? { what: 'broken or cut off JSON', remedy: (key) => `${key}=${string} passes it on as text` }
      : { what: 'plain text', remedy: (key) => `${key}=${string} reads it` }
  }
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
  // control characters are what tells binary data from text
  return bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32)) ? null : text
}
const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
const isEnvelope = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).toSorted().join() === 'payload,schema'

const numbers: Readonly<Record<number, readonly string[]>> = { 1: ['Boolean'], 2: ['Short'], 4: ['Integer', 'Float'], 8: ['Long', 'Double'] }
const binary = (bytes: Uint8Array): Guess => {
  const names = numbers[bytes.length]
  if (names) return { what: `a binary number of ${bytes.length * 8} bits`, remedy: (key) => `${key}=${names.map((name) => `org.apache.kafka.connect.converters.${name}Converter`).join(' or ')} reads it` }
  return { what: 'binary data of a format unknown here', remedy: (key) => `${key}=${byteArray} passes it on as it is` }
}
