/** Native encoding and decoding of big texts. Other half: sandbox/node-shims/text.ts. */
import { isUtf8 } from 'node:buffer'
import { coded } from '../outcome.ts'
import type { Ask } from './index.ts'

const maxBytes = 256 * 1024 * 1024
const encodings: ReadonlySet<string> = new Set(['utf8', 'utf-16le', 'latin1', 'windows-1252', 'ascii', 'hex', 'base64', 'base64url'])
const checked = (encoding: string): string => {
  if (!encodings.has(encoding)) throw coded('ERR_ENCODING_NOT_SUPPORTED', `The "${encoding}" encoding is not supported`)
  return encoding
}
/** The guest's copy, as a Buffer over the same memory. */
const bytesOf = (given: ArrayBuffer | string | undefined): Buffer => {
  if (!(given instanceof ArrayBuffer)) throw coded('ERR_INVALID_ARG_TYPE', 'bytes are missing')
  if (given.byteLength > maxBytes) throw coded('ERR_OUT_OF_RANGE', `${given.byteLength} bytes are more than the ${maxBytes} that can be converted at once`)
  return Buffer.from(given)
}

export const textAsks: Readonly<Record<string, Ask>> = {
  'text.decode': (encoding, [bytes]) => (checked(encoding) === 'windows-1252' ? new TextDecoder('windows-1252').decode(bytesOf(bytes)) : bytesOf(bytes).toString(encoding as BufferEncoding)),
  'text.encode': (encoding, [text]) => {
    if (typeof text !== 'string' || text.length > maxBytes) throw coded('ERR_OUT_OF_RANGE', 'a text that is none, or too long')
    const length = Buffer.byteLength(text, checked(encoding) as BufferEncoding)
    const bytes = Buffer.allocUnsafeSlow(length)
    const written = bytes.write(text, 0, encoding as BufferEncoding)
    // allocUnsafeSlow has a buffer of its own: nobody else's bytes can be in it
    return (written === length ? bytes.buffer : bytes.buffer.slice(0, written)) as ArrayBuffer
  },
  'text.check': (encoding, [bytes]) => {
    if (encoding === 'utf-8' && !isUtf8(bytesOf(bytes))) throw Object.assign(new TypeError('The encoded data was not valid for encoding utf-8'), { code: 'ERR_ENCODING_INVALID_ENCODED_DATA' })
    return undefined
  },
}
