/**
 * The verifier: numbered lines in, and what must be true of them at the other end. It knows nothing of workers, offsets and counters;
 * it sees the text that is in a file or in a partition, in its order.
 */
import { open } from 'node:fs/promises'

const words = 'the time has come to talk of many things shoes and ships sealing wax cabbages kings why sea is boiling hot whether pigs have wings'.split(' ')
/** Line `number`: its number first, about 100 bytes, no two alike, so that a torn or glued one is no line. Kept: they are asked for again at every look. */
export const lineOf = (number: number): string => (made[number] ??= makeLine(number))
const made: string[] = []
const makeLine = (number: number): string => {
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
 * What lines have come through before they arrived. `input`: the numbered lines, one after another. `spread`: some of them, upwards, the rest is
 * in other partitions. A list: what is in the topic, in its order. A topic may itself have gone back, so that a sink which goes back over that
 * place jumps forward in the numbers, and has left nothing out.
 */
export type Upstream = 'input' | 'spread' | readonly string[]

/** Looks at lines in the order in which they arrived, each list being one partition. Between two faults a partition only goes on; a fault may send it back. */
export const examine = (partitions: readonly (readonly string[])[], total: number, upstream: Upstream): Arrivals => {
  const seen = new Uint8Array(total)
  const problems: string[] = []
  const complain = (problem: string): void => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  let [distinct, duplicates, rewinds, torn] = [0, 0, 0, 0]
  for (const [partition, lines] of partitions.entries()) {
    const walk = upstream === 'spread' ? new Upwards() : new Along(upstream === 'input' ? Array.from({ length: total }, (_, number) => lineOf(number)) : upstream)
    for (const [row, line] of lines.entries()) {
      const number = /^\d{7} /.test(line) ? Number(line.slice(0, 7)) : -1
      if (walk.isCutOff(line)) {
        torn++
        continue
      }
      if (number < 0 || number >= total || line !== lineOf(number)) {
        complain(`partition ${partition}, row ${row} is no line that was written: ${JSON.stringify(line.slice(0, 120))}`)
        continue
      }
      const step = walk.go(line, number)
      if (step.rewind) rewinds++
      if (step.problem !== null) complain(`partition ${partition}, row ${row}: line ${number} ${step.problem}`)
      if (seen[number] === 1) duplicates++
      else distinct++
      seen[number] = 1
    }
  }
  if (distinct < total) complain(`${total - distinct} lines are missing, the first is line ${seen.indexOf(0)}`)
  return { distinct, duplicates, rewinds, torn, problems }
}

type Step = { readonly rewind: boolean; readonly problem: string | null }
const on: Step = { rewind: false, problem: null }

/** Numbers that only go up, with gaps; what comes after a rewind must have been here before. */
class Upwards {
  readonly #here = new Set<number>()
  #previous = -1
  #highest = -1
  isCutOff(): boolean {
    return false
  }
  go(_line: string, number: number): Step {
    const rewind = number <= this.#previous
    const isNew = number < this.#highest && !this.#here.has(number)
    const step = { rewind, problem: isNew ? `comes for the first time after line ${rewind ? this.#previous : this.#highest}` : null }
    this.#here.add(number)
    this.#highest = Math.max(this.#highest, number)
    this.#previous = number
    return step
  }
}

/** A way without gaps. A line may be upstream in several places: all that the walk can be at are kept. */
class Along {
  readonly #upstream: readonly string[]
  readonly #placesOf = new Map<string, number[]>()
  /** Places whose line is due. */
  #due: readonly number[] = [0]
  #previous = -1
  constructor(upstream: readonly string[]) {
    this.#upstream = upstream
    for (const [place, line] of upstream.entries()) {
      const places = this.#placesOf.get(line)
      if (places) places.push(place)
      else this.#placesOf.set(line, [place])
    }
  }
  isCutOff(line: string): boolean {
    return this.#due.some((place) => this.#upstream[place] !== line && this.#upstream[place]?.startsWith(line))
  }
  go(line: string, number: number): Step {
    const previous = this.#previous
    this.#previous = number
    const next = this.#due.filter((place) => this.#upstream[place] === line)
    if (next.length > 0) return this.#stepOver(next, on)
    const places = this.#placesOf.get(line) ?? []
    const furthest = Math.max(...this.#due)
    const back = places.filter((place) => place < furthest)
    if (back.length > 0) return this.#stepOver(back, { rewind: true, problem: null })
    if (places.length > 0) return this.#stepOver(places.slice(0, 1), { rewind: false, problem: `follows line ${previous}` })
    return { rewind: false, problem: 'is not in what it comes from' }
  }
  #stepOver(places: readonly number[], step: Step): Step {
    this.#due = places.map((place) => place + 1)
    return step
  }
}
