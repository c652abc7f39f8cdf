/** Keys nobody knows: which they are, and which known key was probably meant. Pure. */

/** Optimal string alignment distance (a swap of neighbours counts one), given up above `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] ? (before[column - 2] ?? limit) + 1 : limit + 1
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (same ? 0 : 1), swapped))
    }
    if (Math.min(...current) > limit) return limit + 1
    before = previous
    previous = current
  }
  return previous[b.length] ?? limit + 1
}

/** The known key that is at most two slips of the finger away (one for short keys), or null. */
export const nearestKey = (key: string, known: Iterable<string>): string | null => {
  const normal = key.toLowerCase().replaceAll(/[_-]/g, '.')
  const limit = normal.length < 8 ? 1 : 2
  let best: { readonly name: string; readonly far: number } | null = null
  for (const name of known) {
    const far = distance(normal, name, limit)
    if (far <= limit && far < (best?.far ?? limit + 1)) best = { name, far }
  }
  return best?.name ?? null
}
