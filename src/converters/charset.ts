/** Java's charsets for StringConverter: what cannot be encoded becomes `?` (U+FFFD in UTF-16 and UTF-32), what cannot be decoded U+FFFD. */
import iconv from 'iconv-lite'

export type Charset = {
  readonly encode: (text: string) => Uint8Array
  readonly decode: (bytes: Buffer) => string
}

/** Null when neither Java's names nor iconv-lite know it. */
export const charsetOf = (name: string): Charset | 'utf8' | null => {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  if (plain === 'utf8' || plain === 'unicode11utf8') return 'utf8'
  if (plain === 'usascii' || plain === 'ascii' || plain === 'iso646us') return singleByte(0x7f)
  if (plain === 'iso88591' || plain === 'latin1' || plain === 'l1') return singleByte(0xff)
  if (plain === 'utf16' || plain === 'utf16be' || plain === 'utf16le') return utf16(plain)
  const known = plain === 'utf32' ? 'utf-32be' : plain
  if (plain === '' || !iconv.encodingExists(known)) return null
  const hasChar = (char: string): boolean => iconv.decode(iconv.encode(char, known), known) === char
  // one `?` for a character, though it is two of JavaScript's
  const encodable = (text: string): string => (plain.startsWith('utf32') ? text.toWellFormed() : text.replaceAll(/[\u{10000}-\u{10ffff}]/gu, (char) => (hasChar(char) ? char : '?')))
  return { encode: (text) => iconv.encode(encodable(text), known), decode: (bytes) => iconv.decode(bytes, known, { stripBOM: plain === 'utf32' }) }
}

const singleByte = (limit: 0x7f | 0xff): Charset => ({
  encode: (text) => Buffer.from(Array.from(text, (char) => ((char.codePointAt(0) ?? 0) > limit ? '?' : char)).join(''), 'latin1'),
  decode: (bytes) => (limit === 0xff ? bytes.toString('latin1') : bytes.toString('latin1').replaceAll(/[\u0080-\u00ff]/g, '\ufffd')),
})

const utf16 = (name: 'utf16' | 'utf16be' | 'utf16le'): Charset => ({
  encode(text) {
    const marked = name === 'utf16' && text !== '' ? `\ufeff${text}` : text
    const bytes = Buffer.from(marked.toWellFormed(), 'utf16le')
    return name === 'utf16le' ? bytes : bytes.swap16()
  },
  decode(bytes) {
    const marked = name === 'utf16' && bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfeff || bytes.readUInt16BE(0) === 0xfffe)
    const isLittle = name === 'utf16le' || (marked && bytes[0] === 0xff)
    const whole = Buffer.from(bytes.subarray(marked ? 2 : 0, bytes.length - (bytes.length % 2)))
    const text = (isLittle ? whole : whole.swap16()).toString('utf16le')
    // a high surrogate takes the character behind it along
    return `${text.isWellFormed() ? text : text.replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])[^]?|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')}${bytes.length % 2 === 0 ? '' : '\ufffd'}`
  },
})
