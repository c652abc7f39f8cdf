/** Values that are there as a rule and have to be waited for now and then: nobody awaits what has not come as a promise. */
export type MaybePromise<T> = T | Promise<T>

export const andThen = <T, R>(value: MaybePromise<T>, use: (value: T) => MaybePromise<R>): MaybePromise<R> => (value instanceof Promise ? value.then(use) : use(value))

type Settled<T extends readonly unknown[]> = { [K in keyof T]: Awaited<T[K]> }
export const allThen = <const T extends readonly unknown[], R>(values: T, use: (values: Settled<T>) => MaybePromise<R>): MaybePromise<R> =>
  values.some((value) => value instanceof Promise) ? Promise.all(values).then((settled) => use(settled as unknown as Settled<T>)) : use(values as unknown as Settled<T>)
