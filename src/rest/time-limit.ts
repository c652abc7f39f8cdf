/** A limit on how long a request waits. The work itself goes on; its late failure is not an unhandled one. */
export type TimeLimit<T> = { readonly ms: number; readonly late: () => T }

export const within = async <T>(work: Promise<T>, { ms, late }: TimeLimit<T>): Promise<T> => {
  const limit = Promise.withResolvers<null>()
  const timer = setTimeout(() => limit.resolve(null), ms)
  work.catch(() => {})
  try {
    const first = await Promise.race([work.then((value) => ({ value })), limit.promise])
    return first === null ? late() : first.value
  } finally {
    clearTimeout(timer)
  }
}
