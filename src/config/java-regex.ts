/**
 * Regular expressions of configurations are Java's. Most are the same in JavaScript; what is spelled differently is translated,
 * what JavaScript cannot do is refused with a reason.
 */
const posixClasses: Readonly<Record<string, string>> = {
  Alpha: 'a-zA-Z', Digit: '0-9', Alnum: 'a-zA-Z0-9', Upper: 'A-Z', Lower: 'a-z', Space: '\\s', XDigit: '0-9a-fA-F',
  Punct: '!-\\/:-@\\[-`{-~', ASCII: '\\x00-\\x7F',
}
const translate = (text: string): { readonly source: string; readonly flags: string } => {
  const leading = /^\(\?([imsu]+)\)/.exec(text)
  const body = leading === null ? text : text.slice(leading[0].length)
  if (/[*+?}]\+/.test(body.replaceAll(/\\p\{\w+\}|\\./g, 'x').replaceAll(/\[[^\]]*\]/g, 'x'))) throw new SyntaxError('possessive quantifiers are not supported')
  let inClass = false
  const source = body.replaceAll(/\\Q([^]*?)(?:\\E|$)|\\p\{(\w+)\}|\\([AzZh])|\\[^]|[[\]]/g, (all: string, quoted: string | undefined, posix: string | undefined, letter: string | undefined) => {
    if (all === '[' || all === ']') inClass = all === '['
    if (quoted !== undefined) return quoted.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
    if (posix !== undefined && posixClasses[posix] !== undefined) return inClass ? posixClasses[posix] : `[${posixClasses[posix]}]`
    if (letter === 'A') return '^'
    if (letter === 'z' || letter === 'Z') return '$'
    if (letter === 'h') return inClass ? ' \\t\\xA0' : '[ \\t\\xA0]'
    return all
  })
  return { source, flags: [...new Set((leading?.[1] ?? '').replaceAll('u', ''))].join('') }
}

/** Matches whole texts, as Java's `matches`. Throws SyntaxError. */
export const fullMatch = (text: string): RegExp => {
  const { source, flags } = translate(text)
  const whole = `^(?:${source})$`
  try {
    return new RegExp(whole, `${flags}u`)
  } catch {
    // Java forgives escapes such as `\_` that JavaScript's unicode mode does not.
    return new RegExp(whole, flags)
  }
}
