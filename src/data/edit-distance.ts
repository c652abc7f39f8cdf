/** How many slips of the finger lie between two names. Pure. */

/** Optimal string alignment distance (a swap of neighbours counts one), given up above `limit`. */
export const editDistance = (a: string, b: string, limit: number): number => {
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

/** The name that is fewest slips away, the first of equals; null when none is within `limit`. */
export const nearest = (name: string, names: Iterable<string>, limit: number, spelt: (name: string) => string = (same) => same): string | null => {
  let best: string | null = null
  let bestFar = limit + 1
  for (const other of names) {
    const far = editDistance(name, spelt(other), limit)
    if (far < bestFar) [best, bestFar] = [other, far]
  }
  return best
}
