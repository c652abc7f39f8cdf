/** Headers of every response of the main listeners: cross-origin permission and what `response.http.headers.config` asks for. */
import type { HeaderRule } from '../config/worker-config.ts'

export type Headers = Record<string, string | string[]>
export type CorsConfig = { readonly allowOrigin: readonly string[]; readonly allowMethods: readonly string[] }

const matchesOrigin = (patterns: readonly string[], origin: string): boolean =>
  patterns.some((pattern) => {
    if (pattern === '*' || pattern === origin) return true
    try {
      return new RegExp(`^(?:${pattern})$`).test(origin)
    } catch {
      return false
    }
  })

/** A disallowed origin gets the normal response without these headers. `preflightMethod` is Access-Control-Request-Method. */
export const corsHeaders = ({ allowOrigin, allowMethods }: CorsConfig, origin: string | undefined, preflightMethod: string | undefined): Headers => {
  if (allowOrigin.length === 0) return {}
  if (origin === undefined || !matchesOrigin(allowOrigin, origin)) return { vary: 'Origin' }
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    ...(preflightMethod === undefined ? {} : {
      'access-control-allow-methods': (allowMethods.length === 0 ? ['GET', 'POST', 'HEAD'] : allowMethods).join(','),
      'access-control-allow-headers': 'Content-Type',
      'access-control-max-age': '60',
    }),
  }
}

/** `set` replaces, `add` adds a value; dates are given as milliseconds from now. */
export const ruleHeaders = (rules: readonly HeaderRule[], now: number): Headers => {
  const headers: Record<string, string[]> = {}
  for (const { action, name, value } of rules) {
    const text = action === 'setDate' || action === 'addDate' ? new Date(now + Number(value)).toUTCString() : value
    const key = name.toLowerCase()
    headers[key] = action.startsWith('add') ? [...(headers[key] ?? []), text] : [text]
  }
  return headers
}
