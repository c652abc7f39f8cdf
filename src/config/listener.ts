/** REST listener URLs and response-header rules as Kafka's RestServerConfig reads and refuses them. */
import { ConfigException } from '../data/errors.ts'

export type Listener = {
  readonly protocol: 'http' | 'https'
  /** '' when the URL names no host: then only this machine can connect (Kafka: everybody). */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
}
const listenerPattern = /^(.*):\/\/\[?([0-9a-zA-Z\-%._:]*)\]?:(-?[0-9]+)/

export const parseListener = (text: string): Listener => {
  const match = listenerPattern.exec(text)
  if (match === null) throw new ConfigException("Listener doesn't have the right format (protocol://hostname:port).")
  const protocol = (match[1] ?? '').toLowerCase()
  if (protocol !== 'http' && protocol !== 'https') throw new ConfigException('Listener protocol must be either "http" or "https".')
  const port = Number(match[3])
  if (port < 0 || port > 65_535) throw new ConfigException(`Listener port must be between 0 and 65535, not ${port}.`)
  return { protocol, host: match[2] ?? '', port }
}

export type HeaderRule = { readonly action: 'set' | 'add' | 'setDate' | 'addDate'; readonly name: string; readonly value: string }
const headerActions = ['set', 'add', 'setDate', 'addDate'] as const

/** Comma-separated; a part in double quotes may hold commas, and a doubled quote in it is one quote. */
const csvSplit = (text: string): readonly string[] => {
  const items: string[] = []
  let item = ''
  let quoted = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? ''
    if (quoted && character === '"' && text[index + 1] === '"') {
      item += '"'
      index++
    } else if (character === '"') quoted = !quoted
    else if (character === ',' && !quoted) {
      items.push(item.trim())
      item = ''
    } else item += character
  }
  return [...items, item.trim()]
}

/** `response.http.headers.config`, e.g. `set X-Frame-Options:DENY, "add Cache-Control:no-cache, no-store", setDate Expires:31540000000`. */
export const parseHeaderRules = (text: string): readonly HeaderRule[] =>
  text.trim() === ''
    ? []
    : csvSplit(text).map((config) => {
        const [, action = '', header] = /^(\S+)\s+(.*)$/s.exec(config) ?? []
        if (header === undefined) throw new ConfigException(`Invalid format of header config '${config}'. Expected: '[action] [header name]:[header value]'`)
        const known = headerActions.find((name) => name.toLowerCase() === action.toLowerCase())
        if (known === undefined) throw new ConfigException(`Invalid header config action: '${action}'. Expected one of [${headerActions.join(', ')}]`)
        const parts = header.trim().split(':')
        const [name = '', value = ''] = parts.map((part) => part.trim())
        if (parts.length !== 2 || value === '') throw new ConfigException(`Invalid format of header name and header value pair '${header}'. Expected: '[header name]:[header value]'`)
        if (name === '' || /\s/.test(name)) throw new ConfigException(`Invalid header name '${name}'. The '[header name]' cannot contain whitespace`)
        return { action: known, name, value }
      })
