/** `sasl.jaas.config`: one login module with its options, in JAAS's own syntax. */
import { ConnectError } from '../errors.ts'

export type JaasConfig = { readonly loginModule: string; readonly options: Readonly<Record<string, string>> }

/** The text holds secrets: an error says what is wrong and repeats nothing of it. */
const invalid = (why: string): ConnectError => new ConnectError('CONFIG_INVALID', `Invalid value [hidden] for configuration sasl.jaas.config: ${why}`)

/** `org.apache…PlainLoginModule required username="u" password="p\"q";` -> its options. */
export const parseJaasConfig = (text: string): JaasConfig => {
  const head = /^\s*([\w.$]+)\s+(?:required|requisite|sufficient|optional)\b/i.exec(text)
  if (head === null) throw invalid('expected `LoginModule required key="value" …;`')
  const options: Record<string, string> = {}
  let rest = text.slice(head[0].length)
  for (;;) {
    const option = /^\s+([\w.-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s;"']+))/.exec(rest)
    if (option === null) break
    options[option[1] ?? ''] = (option[2] ?? option[3] ?? option[4] ?? '').replaceAll(/\\(.)/g, '$1')
    rest = rest.slice(option[0].length)
  }
  if (!/^\s*;\s*$/.test(rest)) throw invalid('one login module with `key="value"` options is expected, ended by a semicolon')
  return { loginModule: head[1] ?? '', options }
}
