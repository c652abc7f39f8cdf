/**
 * The verifier: numbered lines in, and what must be true of them at the other end. It knows nothing of workers, offsets and counters;
 * it sees the text that is in a file or in a partition, in its order.
 */
import { open } from 'node:fs/promises'

const words = 'the time has come to talk of many things shoes and ships sealing wax cabbages kings why sea is boiling hot whether pigs have wings'.split(' ')
/** Line `number`: its number first, about 100 bytes, no two alike, so that a torn or glued one is no line. */
export const lineOf = (number: number): string => {
  let text = String(number).padStart(7, '0')
  for (let step = number; text.length < 90; step = (step * 7 + 3) % 1_000_003) text += ` ${words[step % words.length]}`
  return text
}
export const writeLines = async (file: string, from: number, to: number): Promise<void> => {
  await using handle = await open(file, 'a')
  for (let number = from; number < to; ) {
    let chunk = ''
    for (const end = Math.min(number + 10_000, to); number < end; number++) chunk += `${lineOf(number)}\n`
    await handle.appendFile(chunk)
  }
}

export type Arrivals = {
  /** Different lines that arrived. */
  readonly distinct: number
  /** Lines that arrived once more. */
  readonly duplicates: number
  /** How often a partition went back to what it had delivered already: at most once a fault. */
  readonly rewinds: number
  /** Beginnings of the line that was due: a write was cut off. The line must come again. */
  readonly torn: number
  /** What is wrong, in words; empty when all is well. */
  readonly problems: readonly string[]
}
const maxProblems = 5

/**
 * Looks at lines in the order in which they arrived, each list being one partition. Between two faults a partition only goes up;
 * a fault may send it back. `gapless`: all lines go through one partition, so each is followed by the next.
 */
export const examine = (partitions: readonly (readonly string[])[], total: number, gapless: boolean): Arrivals => {
  const seen = new Uint8Array(total)
  const problems: string[] = []
  const complain = (problem: string): void => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  let [distinct, duplicates, rewinds, torn] = [0, 0, 0, 0]
  for (const [partition, lines] of partitions.entries()) {
    const here = new Set<number>()
    let previous = -1
    let highest = -1
    for (const [row, line] of lines.entries()) {
      const number = /^\d{7} /.test(line) ? Number(line.slice(0, 7)) : -1
      if (gapless && line !== lineOf(previous + 1) && lineOf(previous + 1).startsWith(line)) {
        torn++
        continue
      }
      if (number < 0 || number >= total || line !== lineOf(number)) {
        complain(`partition ${partition}, row ${row} is no line that was written: ${JSON.stringify(line.slice(0, 120))}`)
        continue
      }
      if (number <= previous) {
        rewinds++
        if (!here.has(number)) complain(`partition ${partition}, row ${row}: line ${number} comes for the first time after line ${previous}`)
      } else if (gapless && number !== previous + 1) complain(`partition ${partition}, row ${row}: line ${number} follows line ${previous}`)
      else if (number < highest && !here.has(number)) complain(`partition ${partition}, row ${row}: line ${number} comes for the first time after line ${highest}`)
      if (seen[number] === 1) duplicates++
      else distinct++
      seen[number] = 1
      here.add(number)
      highest = Math.max(highest, number)
      previous = number
    }
  }
  if (distinct < total) complain(`${total - distinct} lines are missing, the first is line ${seen.indexOf(0)}`)
  return { distinct, duplicates, rewinds, torn, problems }
}
