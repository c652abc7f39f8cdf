/**
 * Why a text is not JSON and where, in words that repeat nothing of it: `JSON.parse` quotes the text, which may hold a secret, and
 * does not always say where. One pass, no recursion, no regular expression over long strings (bodies may have 10 MB).
 */
const lineColumn = (text: string, index: number): string => {
  const before = text.slice(0, index)
  return `line ${before.split('\n').length}, column ${index - before.lastIndexOf('\n')}`
}
const isBlank = (code: number): boolean => code === 32 || code === 10 || code === 13 || code === 9
const wordPattern = /-?(?:0|[1-9]\d{0,400})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,10})?(?![\w.+-])|(?:true|false|null)(?!\w)/y

/** The index behind the string that starts at `start`, or -1 when it does not end or is not allowed in JSON. */
const stringEnd = (text: string, start: number): number => {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 34) return index + 1
    if (code < 32) return -1
    if (code !== 92) continue
    const escape = text[++index] ?? ''
    if (escape === 'u' ? !/^[0-9a-fA-F]{4}$/.test(text.slice(index + 1, index + 5)) : !'"\\/bfnrt'.includes(escape) || escape === '') return -1
  }
  return -1
}

/** What comes next: a value, a value or the end of an empty array, a key, a key or the end of an empty object, a colon, or what follows a value. */
type Expects = 'a value' | "a value or ']'" | 'a key' | "a key or '}'" | "':'" | 'after'

export const jsonProblem = (text: string): string => {
  const open: ('{' | '[')[] = []
  let expects: Expects = 'a value'
  let index = 0
  const afterValue = (): string => (open.length === 0 ? 'the end' : open.at(-1) === '{' ? "',' or '}'" : "',' or ']'")
  for (;;) {
    while (isBlank(text.charCodeAt(index))) index++
    const wanted = `expected ${expects === 'after' ? afterValue() : expects}`
    const character = text[index]
    if (character === undefined) return expects === 'after' && open.length === 0 ? 'It cannot be parsed' : `Unexpected end at ${lineColumn(text, index)}; ${wanted}`
    const problem = `Unexpected text at ${lineColumn(text, index)}; ${wanted}`
    const takesValue: boolean = expects === 'a value' || expects === "a value or ']'"
    const takesKey: boolean = expects === 'a key' || expects === "a key or '}'"
    if (character === '"') {
      if (!takesValue && !takesKey) return problem
      const end = stringEnd(text, index)
      if (end === -1) return `Invalid or unfinished string at ${lineColumn(text, index)}`
      index = end
      expects = takesKey ? "':'" : 'after'
    } else if (character === '{' || character === '[') {
      if (!takesValue) return problem
      open.push(character)
      expects = character === '{' ? "a key or '}'" : "a value or ']'"
      index++
    } else if (character === '}' || character === ']') {
      const opener = character === '}' ? '{' : '['
      if (open.at(-1) !== opener || !(expects === 'after' || expects === (opener === '{' ? "a key or '}'" : "a value or ']'"))) return problem
      open.pop()
      expects = 'after'
      index++
    } else if (character === ',') {
      if (expects !== 'after' || open.length === 0) return problem
      expects = open.at(-1) === '{' ? 'a key' : 'a value'
      index++
    } else if (character === ':') {
      if (expects !== "':'") return problem
      expects = 'a value'
      index++
    } else {
      wordPattern.lastIndex = index
      if (!takesValue || !wordPattern.test(text)) return problem
      index = wordPattern.lastIndex
      expects = 'after'
    }
  }
}
