/**
 * Where the variables of a configuration value are: `${provider:[path:]key}`, found as Kafka's pattern
 * `\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}` finds them. By hand, because that pattern goes over a text of many `${` again for each.
 */
export type Variable = { readonly start: number; readonly end: number; readonly provider: string; readonly path: string; readonly key: string }

/** In their order. A second colon ends the path; further ones belong to the key. */
export const variablesOf = (value: string): readonly Variable[] => {
  const found: Variable[] = []
  for (let start = value.indexOf('${'); start >= 0; ) {
    const close = value.indexOf('}', start)
    if (close < 0) break
    const [provider, ...rest] = value.slice(start + 2, close).split(':')
    // without a colon up to here there is none behind a later `${` either
    if (provider !== undefined && rest.length > 0) {
      const [path, key] = rest.length === 1 ? ['', rest[0] ?? ''] : [rest[0] ?? '', rest.slice(1).join(':')]
      found.push({ start, end: close + 1, provider, path, key })
    }
    start = value.indexOf('${', close)
  }
  return found
}

/** The text with each variable replaced; `null` leaves one as it is. */
export const replaceVariables = (value: string, replace: (variable: Variable) => string | null): string => {
  let text = ''
  let from = 0
  for (const variable of variablesOf(value)) {
    text += value.slice(from, variable.start) + (replace(variable) ?? value.slice(variable.start, variable.end))
    from = variable.end
  }
  return text + value.slice(from)
}
