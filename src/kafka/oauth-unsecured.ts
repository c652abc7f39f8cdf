/** Tokens that nobody signed (Kafka's OAuthBearerUnsecuredLoginCallbackHandler): for trying things; a production broker refuses them. */
import { ConnectError } from '../errors.ts'

type Options = Readonly<Record<string, string>>
const wrong = (why: string): ConnectError => new ConnectError('CONFIG_INVALID', `sasl.jaas.config: ${why}`)
const claimPattern = /^unsecuredLogin(String|Number|List)Claim_(.+)$/
const reserved = new Set(['iat', 'exp'])

/** Whether the login module's options ask for one. */
export const asksForUnsecuredToken = (options: Options): boolean => Object.keys(options).some((name) => name.startsWith('unsecuredLogin'))

/** `lifetimeSeconds` from `unsecuredLoginLifetimeSeconds`, an hour by default. Throws ConnectError CONFIG_INVALID. */
export const unsecuredToken = (options: Options, nowMs: number): { readonly value: string; readonly lifetimeSeconds: number } => {
  const lifetimeSeconds = number(options, 'unsecuredLoginLifetimeSeconds', 3600)
  const claims: Record<string, string | number | readonly string[]> = {}
  for (const [name, text] of Object.entries(options)) {
    const [, kind, claim = ''] = claimPattern.exec(name) ?? []
    if (kind === undefined) continue
    if (reserved.has(claim)) throw wrong(`${name} cannot be set: ${claim} follows from unsecuredLoginLifetimeSeconds`)
    // a list's first character separates its items: `|a|b`
    claims[claim] = kind === 'String' ? text : kind === 'Number' ? number(options, name, 0) : text.slice(1).split(text.slice(0, 1)).filter((item) => item !== '')
  }
  const principalClaim = options['unsecuredLoginPrincipalClaimName'] ?? 'sub'
  const principal = claims[principalClaim]
  if (typeof principal !== 'string' || principal === '') throw wrong(`an unsecured token needs its principal: unsecuredLoginStringClaim_${principalClaim}="…"`)
  const nowSeconds = nowMs / 1000
  return { value: `${encoded({ alg: 'none' })}.${encoded({ ...claims, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds })}.`, lifetimeSeconds }
}

const number = (options: Options, name: string, otherwise: number): number => {
  const value = Number(options[name] ?? otherwise)
  if (!Number.isFinite(value)) throw wrong(`${name} must be a number`)
  return value
}
const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
