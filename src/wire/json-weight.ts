/**
 * How heavy JSON text is before it is parsed. A megabyte of `[` or `{}` becomes hundreds of megabytes of objects in the reader; columns never
 * travel as JSON, so honest messages hold few. Host only (Node): it looks at bytes.
 */
/** Texts (topics, source partitions, configurations) may take this much together. */
export const maxJsonBytes = 16 * 1024 * 1024
const maxDepth = 100
const maxContainers = 1_000_000
/** Below this, whatever it holds is harmless, and most messages are. */
const lightBytes = 16 * 1024

/** Numbers and short texts cost a reader little more than their bytes, but each takes a slot. */
const maxItems = 4_000_000
const [quote, backslash, openList, closeList, openMap, closeMap, comma] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d, 0x2c]

/** What is too much of it, or null. Whether it is JSON is for the parser to say. */
export const weightProblem = (json: Buffer): string | null => {
  if (json.length > maxJsonBytes) return `${json.length} bytes of JSON; at most ${maxJsonBytes} can cross at once`
  if (json.length <= lightBytes) return null
  let depth = 0
  let containers = 0
  let items = 0
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]
    if (byte === quote) {
      // the end of the text: natively, since texts are most of it
      at = json.indexOf(quote, at + 1)
      while (at >= 0 && isEscaped(json, at)) at = json.indexOf(quote, at + 1)
      if (at < 0) return null
    } else if (byte === openList || byte === openMap) {
      if (++depth > maxDepth) return `JSON nested more than ${maxDepth} deep`
      if (++containers > maxContainers) return `JSON of more than ${maxContainers} lists and maps`
    } else if (byte === closeList || byte === closeMap) depth--
    else if (byte === comma && ++items > maxItems) return `JSON of more than ${maxItems} values`
  }
  return null
}

const isEscaped = (json: Buffer, at: number): boolean => {
  let slashes = 0
  while (json[at - 1 - slashes] === backslash) slashes++
  return slashes % 2 === 1
}
