/**
 * The order in which Java's HashMap and HashSet go over texts. Nothing should rely on it, but something shows it: which of several
 * fields that cannot be transformed is told, and which of two fields renamed to the same name is meant.
 */

/** String.hashCode, spread as HashMap does it. */
const spreadHash = (text: string): number => {
  let hash = 0
  for (let at = 0; at < text.length; at++) hash = (Math.imul(31, hash) + text.charCodeAt(at)) | 0
  return hash ^ (hash >>> 16)
}

/** Texts that differ, in the order of their buckets; within one, as they came. */
export const inHashOrder = (texts: readonly string[]): readonly string[] => {
  let buckets = 16
  while (texts.length > buckets * 0.75) buckets *= 2
  const bucketOf = (text: string): number => spreadHash(text) & (buckets - 1)
  return texts.toSorted((a, b) => bucketOf(a) - bucketOf(b))
}
