/** A set of calls as this side implements it: every result may be a promise. */
export type Async<Api> = { [M in keyof Api]: Api[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> | R : never }
