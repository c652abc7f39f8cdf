/** Random bytes. Other half: sandbox/node-shims/crypto.ts. */
import { randomFillSync } from 'node:crypto'
import { coded } from '../outcome.ts'
import type { Ask } from './index.ts'

const maxBytes = 16 * 1024 * 1024
export const randomAsks: Readonly<Record<string, Ask>> = {
  random: (json) => {
    const size = Number(json)
    if (!Number.isInteger(size) || size < 0 || size > maxBytes) throw coded('ERR_OUT_OF_RANGE', `at most ${maxBytes} random bytes at once`)
    const bytes = new Uint8Array(size)
    randomFillSync(bytes)
    return bytes.buffer
  },
}
