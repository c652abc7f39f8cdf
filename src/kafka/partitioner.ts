/** Which partition a record without one goes to: Kafka's murmur2 for keys, the sticky choice of KIP-480/KIP-794 without. */

/** Kafka's `Utils.murmur2`: signed 32-bit, seed 0x9747b28c. */
export const murmur2 = (data: Uint8Array, start: number, end: number): number => {
  const length = end - start
  const m = 0x5bd1e995
  let h = 0x9747b28c ^ length
  const whole = start + (length & ~3)
  for (let i = start; i < whole; i += 4) {
    let k = (data[i] ?? 0) | ((data[i + 1] ?? 0) << 8) | ((data[i + 2] ?? 0) << 16) | ((data[i + 3] ?? 0) << 24)
    k = Math.imul(k, m)
    k ^= k >>> 24
    k = Math.imul(k, m)
    h = Math.imul(h, m) ^ k
  }
  const rest = length & 3
  if (rest === 3) h ^= (data[whole + 2] ?? 0) << 16
  if (rest >= 2) h ^= (data[whole + 1] ?? 0) << 8
  if (rest >= 1) {
    h ^= data[whole] ?? 0
    h = Math.imul(h, m)
  }
  h ^= h >>> 13
  h = Math.imul(h, m)
  h ^= h >>> 15
  return h
}

export const partitionForKey = (key: Uint8Array, start: number, end: number, partitions: number): number => (murmur2(key, start, end) & 0x7fffffff) % partitions

/** The partitions of a topic as the choice needs them. */
export type PartitionChoices = { readonly count: number; hasLeader(partition: number): boolean }
export interface KeylessPartitioner {
  /** The partition of the next record. */
  next(choices: PartitionChoices): number
  /** Told after each such record; `maySwitch`: the partition's last batch is full, so that no small batch is left behind. */
  appended(bytes: number, maySwitch: boolean): void
}

const randomChoice = (choices: PartitionChoices): number => {
  const available: number[] = []
  for (let partition = 0; partition < choices.count; partition++) if (choices.hasLeader(partition)) available.push(partition)
  return available[Math.floor(Math.random() * available.length)] ?? Math.floor(Math.random() * choices.count)
}

/** Stays on one partition until a batch's worth of bytes went there (`BuiltInPartitioner`, without the adaptive weights). */
export const stickyPartitioner = (stickyBytes: number): KeylessPartitioner => {
  let current = -1
  let produced = 0
  return {
    next(choices) {
      if (current < 0 || current >= choices.count) {
        current = randomChoice(choices)
        produced = 0
      }
      return current
    },
    appended(bytes, maySwitch) {
      produced += bytes
      if ((produced >= stickyBytes && maySwitch) || produced >= stickyBytes * 2) current = -1
    },
  }
}

/** `org.apache.kafka.clients.producer.RoundRobinPartitioner`. */
export const roundRobinPartitioner = (): KeylessPartitioner => {
  let counter = -1
  return {
    next(choices) {
      for (let tried = 0; tried < choices.count; tried++) {
        counter = (counter + 1) % choices.count
        if (choices.hasLeader(counter)) return counter
      }
      return counter
    },
    appended() {},
  }
}
