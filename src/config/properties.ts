/**
 * Java's .properties format, read exactly as `java.util.Properties.load` reads it: escapes, continuation lines, `=`, `:` or blanks
 * between key and value, comments, and ISO-8859-1 for files (Java's worker loads a byte stream; config provider files are UTF-8).
 * Where Java is silent we speak: a repeated key (the last wins) and UTF-8 text in an ISO-8859-1 file are warned about.
 */
import { readFile } from 'node:fs/promises'
import { ConnectError, messageOf } from '../errors.ts'
import { logger, type Logger } from '../log.ts'

type Line = { readonly text: string; readonly number: number }
export type PropertiesOptions = {
  /** Named in errors and warnings, e.g. the file. */
  readonly source?: string
  readonly warn?: (message: string) => void
}

const log: Logger = logger('org.apache.kafka.connect.cli.properties')
const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\t' || character === '\f'
const trimStart = (text: string): string => text.replace(/^[ \t\f]+/, '')
/** An odd number of backslashes at the end continues the line. */
const continues = (text: string): boolean => /(?<!\\)(?:\\\\)*\\$/.test(text)

/** Natural lines become logical lines: blank ones and comments vanish, continued ones are joined without their leading blanks. */
const logicalLines = (text: string): readonly Line[] => {
  const lines: Line[] = []
  // pieces, joined once: a text that grew line by line would be copied as often
  let open: { readonly pieces: string[]; readonly number: number } | null = null
  const end = (): void => {
    if (open !== null) lines.push({ text: open.pieces.join(''), number: open.number })
    open = null
  }
  for (const [index, natural] of text.split(/\r\n|\n|\r/).entries()) {
    const trimmed = trimStart(natural)
    if (open === null && (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith('!'))) continue
    open ??= { pieces: [], number: index + 1 }
    const goesOn = continues(trimmed)
    open.pieces.push(goesOn ? trimmed.slice(0, -1) : trimmed)
    if (!goesOn) end()
  }
  end()
  return lines
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }
const unescape = (text: string, line: Line, source: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|[^])/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16))
    if (escape === 'u') throw new ConnectError('CONFIG_INVALID', `Malformed \\uxxxx encoding in ${source}, line ${line.number}: \\u needs four hexadecimal digits (write a backslash itself as \\\\)`)
    return escapes[escape] ?? escape
  })

/** Where the key ends: at the first unescaped `=`, `:` or blank; the value begins after blanks, at most one separator, and blanks. */
const split = (text: string): { readonly key: string; readonly value: string } => {
  let end = 0
  while (end < text.length && text[end] !== '=' && text[end] !== ':' && !isBlank(text[end])) end += text[end] === '\\' ? 2 : 1
  let start = Math.min(end, text.length)
  while (isBlank(text[start])) start++
  if (text[start] === '=' || text[start] === ':') start++
  while (isBlank(text[start])) start++
  return { key: text.slice(0, end), value: text.slice(start) }
}

export const parseProperties = (text: string, { source = 'properties', warn = (message) => log.warn(message) }: PropertiesOptions = {}): Record<string, string> => {
  const found = new Map<string, { readonly value: string; readonly line: number }>()
  for (const line of logicalLines(text)) {
    const { key, value } = split(line.text)
    const name = unescape(key, line, source)
    const before = found.get(name)
    if (before !== undefined) warn(`The key '${name}' stands twice in ${source} (lines ${before.line} and ${line.number}); the last one is used`)
    found.set(name, { value: unescape(value, line, source), line: line.number })
  }
  return Object.fromEntries([...found].map(([name, { value }]) => [name, value]))
}

const isUtf8 = (bytes: Uint8Array): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

/** A worker's or connector's properties file. */
export const readPropertiesFile = async (path: string, options: PropertiesOptions & { readonly encoding?: 'latin1' | 'utf8' } = {}): Promise<Record<string, string>> => {
  const { encoding = 'latin1', source = path, warn = (message: string) => log.warn(message) } = options
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new ConnectError('CONFIG_INVALID', `Cannot read the properties file ${path}: ${messageOf(error)}`, { cause: error })
  }
  if (encoding === 'latin1' && bytes.some((byte) => byte > 0x7f) && isUtf8(bytes)) {
    warn(`${source} holds UTF-8 text but is read as ISO-8859-1, as Java reads it; write characters beyond ASCII as \\uXXXX`)
  }
  return parseProperties(bytes.toString(encoding), { source, warn })
}
