/** Node's URL parser for a guest. Other half: sandbox/node-shims/url.ts. */
import { unescape } from 'node:querystring'
import type { Ask } from './index.ts'

const names = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const
const settable: ReadonlySet<string> = new Set(names.filter((name) => name !== 'href' && name !== 'origin'))

export const urlAsks: Readonly<Record<string, Ask>> = {
  url: (json) => {
    const { input, base, set } = JSON.parse(json) as { readonly input: string; readonly base?: string; readonly set?: readonly [string, string] }
    const url = new URL(input, base)
    if (set !== undefined && settable.has(set[0])) url[set[0] as 'search'] = set[1]
    return JSON.stringify(Object.fromEntries(names.map((name) => [name, url[name]])))
  },
  'url.decode': (text) => JSON.stringify(unescape(text)),
}
