/** Random numbers, from a pool so that most calls need no hop. Other half: src/cell/process/capabilities/random.ts. */
import { askBytes } from '../runtime/bridge.ts'

const poolSize = 16 * 1024
let pool: Uint8Array = new Uint8Array(0)
let used = 0
const take = (size: number): Uint8Array => {
  if (size > poolSize) return askBytes('random', String(size))
  if (used + size > pool.length) {
    pool = askBytes('random', String(poolSize))
    used = 0
  }
  const bytes = pool.slice(used, used + size)
  pool.fill(0, used, used + size)
  used += size
  return bytes
}

export const getRandomValues = <T extends ArrayBufferView>(target: T): T => {
  if (target.byteLength > 65_536) throw new RangeError(`The requested length exceeds 65,536 bytes`)
  new Uint8Array(target.buffer, target.byteOffset, target.byteLength).set(take(target.byteLength))
  return target
}
export const randomUUID = (): string => {
  const bytes = take(16)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  const hex = bytes.toHex()
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
type Done<T> = (error: null, value: T) => void
export const cryptoModule = (fromBytes: (bytes: Uint8Array) => Uint8Array): Record<string, unknown> => {
  const randomBytes = (size: number, done?: Done<Uint8Array>): Uint8Array | undefined => {
    const bytes = fromBytes(take(size))
    if (done === undefined) return bytes
    queueMicrotask(() => done(null, bytes))
    return undefined
  }
  const randomInt = (first: number, second?: number | Done<number>, done?: Done<number>): number | undefined => {
    const [min, max] = typeof second === 'number' ? [first, second] : [0, first]
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max <= min || max - min > 2 ** 48 - 1) throw new RangeError('randomInt needs integers min < max less than 2^48 apart')
    const range = max - min
    const limit = 2 ** 48 - (2 ** 48 % range)
    let value: number
    do {
      value = take(6).reduce((sum, byte) => sum * 256 + byte, 0)
    } while (value >= limit)
    const callback = typeof second === 'function' ? second : done
    if (callback === undefined) return min + (value % range)
    queueMicrotask(() => callback(null, min + (value % range)))
    return undefined
  }
  const webcrypto = { getRandomValues, randomUUID }
  return { randomBytes, randomInt, randomUUID, getRandomValues, randomFillSync: getRandomValues, pseudoRandomBytes: randomBytes, webcrypto }
}
