/**
 * One queue per connector: operations on one connector run one after the other, those of different connectors side by side.
 * Reads do not queue. A failed operation does not stop the ones behind it.
 */
export type Queues = {
  run<T>(connector: string, operation: () => Promise<T>): Promise<T>
  /** Queues the operation unless one of the same kind waits already, which will see whatever this one would have seen. */
  runOnce(connector: string, kind: string, operation: () => Promise<void>): Promise<void>
  /** Resolves when every operation queued so far has ended. */
  idle(): Promise<void>
}

export const createQueues = (): Queues => {
  const tails = new Map<string, Promise<unknown>>()
  const waiting = new Map<string, Promise<void>>()
  const run = <T>(connector: string, operation: () => Promise<T>): Promise<T> => {
    const result = (tails.get(connector) ?? Promise.resolve()).then(operation)
    const tail = result.then(
      () => undefined,
      () => undefined,
    )
    tails.set(connector, tail)
    void tail.then(() => {
      if (tails.get(connector) === tail) tails.delete(connector)
    })
    return result
  }
  return {
    run,
    runOnce: (connector, kind, operation) => {
      const key = `${kind} ${connector}`
      const queued = waiting.get(key)
      if (queued !== undefined) return queued
      const result = run(connector, () => {
        waiting.delete(key)
        return operation()
      })
      waiting.set(key, result)
      return result
    },
    idle: async () => {
      await Promise.all(tails.values())
    },
  }
}
