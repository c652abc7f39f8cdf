/** Base64 as Jackson reads it: padding is needed, blanks may stand between groups of four only, several padded texts may follow each other. */

const whole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const group = /[\0- ]*(?:([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)|$)/y

/** Null when this is no base64. */
export const fromBase64 = (text: string): Uint8Array | null => {
  if (whole.test(text)) return Uint8Array.fromBase64(text)
  const parts: Uint8Array[] = []
  group.lastIndex = 0
  while (group.lastIndex < text.length) {
    const found = group.exec(text)
    if (found === null) return null
    if (found[1] === undefined) break
    parts.push(Uint8Array.fromBase64(found[1]))
  }
  return new Uint8Array(Buffer.concat(parts))
}
