/** Which texts of a connector's configuration are secrets: what providers put in for variables, and passwords. Pure. */
import { variablesOf } from './variables.ts'

type Config = Readonly<Record<string, string>>
/** Keys of converters, registries and clients whose definitions are not at hand; those of plugins are known by their type. */
const secretKey = /password|passphrase|secret|jaas|credential|token|auth\.user\.info|private\.key/i

/** `passwordKeys`: keys defined with type PASSWORD. Short and everyday texts are left out by who hides them. */
export const secretsOf = (raw: Config, resolved: Config, passwordKeys: readonly string[]): readonly string[] => {
  const passwords = new Set(passwordKeys)
  const found = new Set<string>()
  for (const [key, value] of Object.entries(resolved)) {
    if (passwords.has(key) || secretKey.test(key)) found.add(value)
    for (const text of substituted(raw[key] ?? '', value)) found.add(text)
  }
  return [...found].filter((text) => text !== '')
}
/** What providers put in for the variables of a configuration. */
export const resolvedSecrets = (raw: Config, resolved: Config): readonly string[] =>
  [...new Set(Object.entries(resolved).flatMap(([key, value]) => substituted(raw[key] ?? '', value)))].filter((text) => text !== '')

/** What stands in `value` where `raw` has variables; the whole value when that cannot be told apart. */
const substituted = (raw: string, value: string): readonly string[] => {
  const variables = variablesOf(raw)
  if (variables.length === 0 || raw === value) return []
  let pattern = ''
  let from = 0
  for (const { start, end } of variables) {
    pattern += `${RegExp.escape(raw.slice(from, start))}([^]*?)`
    from = end
  }
  const match = new RegExp(`^${pattern}${RegExp.escape(raw.slice(from))}$`).exec(value)
  return match === null ? [value] : match.slice(1)
}
