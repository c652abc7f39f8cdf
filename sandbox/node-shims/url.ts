/** `URL` and `URLSearchParams`: parsing is the cell's (Node's own parser), the rest is here. Other half: src/cell/process/capabilities/url.ts. */
import { askText } from '../runtime/bridge.ts'

type Parts = Readonly<Record<'href' | 'origin' | 'protocol' | 'username' | 'password' | 'host' | 'hostname' | 'port' | 'pathname' | 'search' | 'hash', string>>
const parse = (request: { readonly input: string; readonly base?: string; readonly set?: readonly [string, string] }): Parts => JSON.parse(askText('url', JSON.stringify(request))) as Parts

export class URLSearchParams {
  #entries: [string, string][] = []
  #changed: ((text: string) => void) | null = null
  constructor(init?: unknown) {
    if (init === undefined || init === null) return
    if (typeof init === 'object') {
      const pairs = Symbol.iterator in init ? [...(init as Iterable<readonly [unknown, unknown]>)] : Object.entries(init)
      this.#entries = pairs.map(([name, value]) => [String(name), String(value)])
    } else this.#entries = decodePairs(String(init as string).replace(/^\?/, ''))
  }
  /** Bound to a URL: changes here show there. */
  static of(search: string, changed: (text: string) => void): URLSearchParams {
    const params = new URLSearchParams(search)
    params.#changed = changed
    return params
  }
  get size(): number { return this.#entries.length }
  append(name: string, value: string): void { this.#update([...this.#entries, [String(name), String(value)]]) }
  delete(name: string, value?: string): void { this.#update(this.#entries.filter(([key, own]) => key !== name || (value !== undefined && own !== value))) }
  get(name: string): string | null { return this.#entries.find(([key]) => key === name)?.[1] ?? null }
  getAll(name: string): string[] { return this.#entries.filter(([key]) => key === name).map(([, value]) => value) }
  has(name: string, value?: string): boolean { return this.#entries.some(([key, own]) => key === name && (value === undefined || own === value)) }
  set(name: string, value: string): void {
    const at = this.#entries.findIndex(([key]) => key === name)
    if (at < 0) return this.append(name, value)
    this.#update(this.#entries.flatMap((entry, index): [string, string][] => (index === at ? [[name, String(value)]] : entry[0] === name ? [] : [entry])))
  }
  sort(): void { this.#update(this.#entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) }
  forEach(callback: (value: string, name: string, params: URLSearchParams) => void): void { for (const [name, value] of this.#entries) callback(value, name, this) }
  *keys(): IterableIterator<string> { for (const [name] of this.#entries) yield name }
  *values(): IterableIterator<string> { for (const [, value] of this.#entries) yield value }
  *entries(): IterableIterator<[string, string]> { for (const [name, value] of this.#entries) yield [name, value] }
  [Symbol.iterator](): IterableIterator<[string, string]> { return this.entries() }
  toString(): string { return this.#entries.map(([name, value]) => `${encodePart(name)}=${encodePart(value)}`).join('&') }
  #update(entries: [string, string][]): void {
    this.#entries = entries
    this.#changed?.(this.toString())
  }
}
/** application/x-www-form-urlencoded. */
const encodePart = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()~]|%20/g, (found) => (found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`))
const decodePart = (text: string): string => {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return JSON.parse(askText('url.decode', spaced)) as string
  }
}
const decodePairs = (text: string): [string, string][] =>
  text.split('&').filter((pair) => pair !== '').map((pair) => {
    const at = pair.indexOf('=')
    return at < 0 ? [decodePart(pair), ''] : [decodePart(pair.slice(0, at)), decodePart(pair.slice(at + 1))]
  })

export class URL {
  #parts: Parts
  #params: URLSearchParams | null = null
  constructor(input: string | object, base?: string | object) {
    this.#parts = parse({ input: `${input as string}`, ...(base === undefined ? {} : { base: `${base as string}` }) })
  }
  static canParse(input: string | object, base?: string | object): boolean { return URL.parse(input, base) !== null }
  static parse(input: string | object, base?: string | object): URL | null {
    try {
      return new URL(input, base)
    } catch {
      return null
    }
  }
  get href(): string { return this.#parts.href }
  set href(value: string) { this.#replace(parse({ input: String(value) })) }
  get origin(): string { return this.#parts.origin }
  get protocol(): string { return this.#parts.protocol }
  set protocol(value: string) { this.#set('protocol', value) }
  get username(): string { return this.#parts.username }
  set username(value: string) { this.#set('username', value) }
  get password(): string { return this.#parts.password }
  set password(value: string) { this.#set('password', value) }
  get host(): string { return this.#parts.host }
  set host(value: string) { this.#set('host', value) }
  get hostname(): string { return this.#parts.hostname }
  set hostname(value: string) { this.#set('hostname', value) }
  get port(): string { return this.#parts.port }
  set port(value: string) { this.#set('port', value) }
  get pathname(): string { return this.#parts.pathname }
  set pathname(value: string) { this.#set('pathname', value) }
  get search(): string { return this.#parts.search }
  set search(value: string) { this.#set('search', value) }
  get hash(): string { return this.#parts.hash }
  set hash(value: string) { this.#set('hash', value) }
  get searchParams(): URLSearchParams {
    return (this.#params ??= URLSearchParams.of(this.#parts.search, (text) => void (this.#parts = parse({ input: this.href, set: ['search', text] }))))
  }
  toString(): string { return this.href }
  toJSON(): string { return this.href }
  #set(name: string, value: string): void { this.#replace(parse({ input: this.href, set: [name, String(value)] })) }
  #replace(parts: Parts): void {
    this.#parts = parts
    this.#params = null
  }
}

const fileURLToPath = (url: string | URL): string => {
  const parsed = url instanceof URL ? url : new URL(url)
  if (parsed.protocol !== 'file:') throw Object.assign(new TypeError('The URL must be of scheme file'), { code: 'ERR_INVALID_URL_SCHEME' })
  return decodeURIComponent(parsed.pathname)
}
const pathToFileURL = (path: string): URL => {
  const url = new URL('file:///')
  url.pathname = path.replaceAll('%', '%25').replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('\t', '%09').replaceAll('?', '%3F').replaceAll('#', '%23')
  return url
}
const urlToHttpOptions = (url: URL): Record<string, unknown> => ({
  protocol: url.protocol, hostname: url.hostname.replace(/^\[|\]$/g, ''), hash: url.hash, search: url.search, pathname: url.pathname,
  path: `${url.pathname}${url.search}`, href: url.href, ...(url.port === '' ? {} : { port: Number(url.port) }),
  ...(url.username === '' && url.password === '' ? {} : { auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}` }),
})
export const urlModule = (): Record<string, unknown> => ({
  URL, URLSearchParams, fileURLToPath, pathToFileURL, urlToHttpOptions,
  domainToASCII: (domain: string) => URL.parse(`ws://${domain}`)?.hostname ?? '',
  domainToUnicode: (domain: string) => domain,
  format: (url: unknown) => String(url),
})
