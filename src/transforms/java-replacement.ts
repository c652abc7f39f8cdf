/** The replacement of Java's `Matcher.replaceFirst`: `$1` and `${name}` stand for groups, `\` takes what follows as it is. */
import { IllegalArgumentException, IndexOutOfBoundsException } from './java-errors.ts'

type Part = (match: RegExpExecArray) => string

/** Parsed at the first match, as Java finds out what is wrong only then; throws Java's exceptions. */
export const javaReplacement = (text: string): ((match: RegExpExecArray) => string) => {
  let parts: readonly Part[] | null = null
  return (match) => {
    parts ??= parse(text, match.length - 1)
    return parts.map((part) => part(match)).join('')
  }
}

const parse = (text: string, groups: number): readonly Part[] => {
  const parts: Part[] = []
  for (let at = 0; at < text.length; ) {
    if (text[at] === '\\') {
      const literal = text[at + 1]
      if (literal === undefined) throw new IllegalArgumentException('character to be escaped is missing')
      parts.push(() => literal)
      at += 2
    } else if (text[at] === '$') {
      const named = text[at + 1] === '{'
      const { part, end } = named ? namedGroup(text, at + 2) : numberedGroup(text, at + 1, groups)
      parts.push(part)
      at = end
    } else {
      const [literal] = /^[^\\$]+/.exec(text.slice(at)) ?? ['']
      parts.push(() => literal)
      at += literal.length
    }
  }
  return parts
}

const namedGroup = (text: string, start: number): { readonly part: Part; readonly end: number } => {
  const [name] = /^[a-zA-Z0-9]*/.exec(text.slice(start)) ?? ['']
  if (name === '') throw new IllegalArgumentException('named capturing group is missing trailing \'}\'')
  if (text[start + name.length] !== '}') throw new IllegalArgumentException('named capturing group is missing trailing \'}\'')
  if (/^\d/.test(name)) throw new IllegalArgumentException(`capturing group name {${name}} starts with digit character`)
  const part: Part = ({ groups }) => {
    if (groups === undefined || !(name in groups)) throw new IllegalArgumentException(`No group with name {${name}}`)
    return groups[name] ?? ''
  }
  return { part, end: start + name.length + 1 }
}

/** As many digits as still name a group. */
const numberedGroup = (text: string, start: number, groups: number): { readonly part: Part; readonly end: number } => {
  const digit = text[start]
  if (digit === undefined) throw new IllegalArgumentException('Illegal group reference: group index is missing')
  if (!/\d/.test(digit)) throw new IllegalArgumentException('Illegal group reference')
  let number = Number(digit)
  let end = start + 1
  for (; /\d/.test(text[end] ?? '') && number * 10 + Number(text[end]) <= groups; end++) number = number * 10 + Number(text[end])
  if (number > groups) throw new IndexOutOfBoundsException(`No group ${number}`)
  return { part: (match) => match[number] ?? '', end }
}
