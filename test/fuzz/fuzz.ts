/**
 * Fuzzing of our own parsers: valid samples are damaged in seeded ways and parsed. A parser may accept what comes or refuse it with
 * an error of its own kind; any other error is a crash. fast-check shrinks what fails. A hang shows as the test's timeout.
 */
import fc from 'fast-check'
import { expect } from 'vitest'

export const inputsEach = 50_000
/** Held at once, over what was held before: far above what any of these inputs needs, far below what a believed length would take. */
const maxHeldBytes = 256 * 1024 * 1024

type ErrorClass = { readonly prototype: Error }
export type FuzzOptions<T> = {
  readonly samples: readonly T[]
  readonly damaged: (samples: readonly T[]) => fc.Arbitrary<T>
  readonly parse: (input: T) => void
  /** The parser's own errors. */
  readonly refusals: readonly ErrorClass[]
  readonly seed: number
}

export const fuzz = <T>({ samples, damaged, parse, refusals, seed }: FuzzOptions<T>): { readonly accepted: number; readonly refused: number } => {
  let accepted = 0
  let refused = 0
  let runs = 0
  const before = heldBytes()
  fc.assert(
    fc.property(damaged(samples), (input) => {
      try {
        parse(input)
        accepted++
      } catch (error) {
        if (!refusals.some((refusal) => isPrototypeOf(refusal.prototype, error))) throw error
        refused++
      }
      if (++runs % 500 === 0) expect(heldBytes() - before).toBeLessThan(maxHeldBytes)
    }),
    { numRuns: inputsEach, seed },
  )
  return { accepted, refused }
}
const isPrototypeOf = (prototype: object, error: unknown): boolean => Object.prototype.isPrototypeOf.call(prototype, error as object)
const heldBytes = (): number => {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

type Damage = (bytes: Buffer) => Buffer
/** Numbers that lengths and counts are most likely to be wrong by. */
const oddIntegers = [0, 1, -1, 2, 7, 127, 128, 255, 256, 32_767, 65_535, 65_536, 2 ** 31 - 1, -(2 ** 31), 0x7ffffff0] as const
const at = fc.nat()
const place = (bytes: Buffer, where: number): number => where % (bytes.length + 1)
/** One change to some bytes, which it may change in place. */
export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(at, fc.nat({ max: 255 })).map(([where, byte]): Damage => (bytes) => {
    if (bytes.length > 0) bytes[where % bytes.length] = byte
    return bytes
  }),
  fc.tuple(at, fc.nat({ max: 7 })).map(([where, bit]): Damage => (bytes) => {
    if (bytes.length > 0) bytes[where % bytes.length] = (bytes[where % bytes.length] ?? 0) ^ (1 << bit)
    return bytes
  }),
  fc.tuple(at, fc.constantFrom(...oddIntegers), fc.boolean()).map(([where, integer, isLittle]): Damage => (bytes) => {
    if (bytes.length < 4) return bytes
    const start = where % (bytes.length - 3)
    if (isLittle) bytes.writeInt32LE(integer, start)
    else bytes.writeInt32BE(integer, start)
    return bytes
  }),
  at.map((where): Damage => (bytes) => bytes.subarray(0, place(bytes, where))),
  fc.tuple(at, fc.uint8Array({ maxLength: 20 })).map(([where, more]): Damage => (bytes) => Buffer.concat([bytes.subarray(0, place(bytes, where)), more, bytes.subarray(place(bytes, where))])),
  fc.tuple(at, at).map(([from, to]): Damage => (bytes) => {
    const [start, end] = [place(bytes, from), place(bytes, to)].toSorted((a, b) => a - b) as [number, number]
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
  }),
  fc.tuple(at, at).map(([from, to]): Damage => (bytes) => {
    const [start, end] = [place(bytes, from), place(bytes, to)].toSorted((a, b) => a - b) as [number, number]
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start, end), bytes.subarray(end)])
  }),
)

/** A sample with one to five damages, or now and then bytes from nowhere. */
export const damagedBytes = (samples: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.tuple(fc.constantFrom(...samples), fc.array(damage, { minLength: 1, maxLength: 5 })).map(([sample, damages]) => damages.reduce<Buffer>((bytes, each) => each(bytes), Buffer.from(sample))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  )

/** The same for text, whose damages are pieces of its grammar in wrong places. */
export const damagedText = (pieces: readonly string[]) => (samples: readonly string[]): fc.Arbitrary<string> => {
  const piece = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) })
  const change = fc.tuple(at, fc.nat({ max: 12 }), piece).map(([where, cut, text]) => (sample: string): string => {
    const start = where % (sample.length + 1)
    return sample.slice(0, start) + text + sample.slice(start + cut)
  })
  return fc.oneof(
    { weight: 20, arbitrary: fc.tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 5 })).map(([sample, changes]) => changes.reduce((text, each) => each(text), sample)) },
    { weight: 2, arbitrary: fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')) },
  )
}
