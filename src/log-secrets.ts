/** Texts that nobody may see, by who owns them: each is found in what leaves the worker in one pass, however many there are. */

/** Of each owner the secrets now and those before: what was started with the old ones may still be stopping. */
const owners = new Map<string, { readonly now: readonly string[]; readonly before: readonly string[] }>()
/** Shorter ones, and these, stand in too many texts that are none. */
const minLength = 4
const everyday = new Set(['true', 'false', 'null', 'none'])
/** Whether hiding a text would hide anything but words. */
export const isSecret = (value: string): boolean => value.trim().length >= minLength && !everyday.has(value.trim())

/** The secrets of one owner (a connector) from now on; none: the owner is gone. */
export const hideSecrets = (owner: string, values: readonly string[]): void => {
  const now = [...new Set(values.filter(isSecret).flatMap(writtenForms))].toSorted()
  const known = owners.get(owner)
  if (known?.now.join('\0') === now.join('\0')) return
  now.forEach(add)
  known?.before.forEach(remove)
  if (now.length > 0) owners.set(owner, { now, before: known?.now ?? [] })
  else {
    known?.now.forEach(remove)
    owners.delete(owner)
  }
}
/** As it is, without the line end a file has, as JSON escapes it, in a URL, and as Base64 (an Authorization header). */
const writtenForms = (value: string): readonly string[] => {
  const plain = value.trim()
  return [value, plain, JSON.stringify(plain).slice(1, -1), encodeURIComponent(plain.toWellFormed()), Buffer.from(plain).toString('base64')]
}

type Hidden = { readonly text: string; owners: number }
/** By the hash of their first characters; a longer one first, or its rest would stay. */
const hidden = new Map<number, Hidden[]>()
const hashes = 2 ** 16
/** 1 where `hidden` has some, so that most places of a text are done with one look. */
const isHead = new Uint8Array(hashes)
const hashAt = (text: string, at: number): number => {
  let hash = 0
  for (let next = at; next < at + minLength; next++) hash = Math.imul(hash, 31) + text.charCodeAt(next)
  return (hash ^ (hash >>> 16)) & (hashes - 1)
}
const add = (text: string): void => {
  const hash = hashAt(text, 0)
  const alike = hidden.get(hash) ?? []
  const known = alike.find((each) => each.text === text)
  if (known) known.owners++
  else hidden.set(hash, [...alike, { text, owners: 1 }].toSorted((a, b) => b.text.length - a.text.length))
  isHead[hash] = 1
}
const remove = (text: string): void => {
  const hash = hashAt(text, 0)
  const left = (hidden.get(hash) ?? []).filter((each) => each.text !== text || --each.owners > 0)
  if (left.length > 0) hidden.set(hash, left)
  else {
    hidden.delete(hash)
    isHead[hash] = 0
  }
}

/** The text as it may leave the worker. */
export const withoutSecrets = (text: string): string => {
  if (hidden.size === 0) return text
  let shown = ''
  let from = 0
  for (let at = 0; at + minLength <= text.length; ) {
    const hash = hashAt(text, at)
    const found = isHead[hash] === 1 ? hidden.get(hash)?.find((each) => text.startsWith(each.text, at)) : undefined
    if (found) {
      shown += `${text.slice(from, at)}[hidden]`
      from = at += found.text.length
    } else at++
  }
  return shown + text.slice(from)
}
