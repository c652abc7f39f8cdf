/** Connectors on one worker or the other: created by REST, waited for, and what they have left behind in topics and in the log. */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaClients } from '../../../src/kafka/clients.ts'
import { originalOf } from '../../../src/worker/fetched-records.ts'

export type Side = { readonly name: string; readonly rest: string; readonly log: () => Promise<string> }
export type Connector = Readonly<Record<string, string>>
/** `refused` by the worker, `failed` while it ran, or what its task wrote into the file `done`. */
export type Outcome = { readonly refused: string } | { readonly failed: string } | { readonly done: string }
/** For the same reason. */
export const bothRefused = (one: Outcome | undefined, other: Outcome | undefined): boolean => one !== undefined && other !== undefined && 'refused' in one && 'refused' in other && one.refused === other.refused

const pollMs = 50
const ask = async (url: string, body?: unknown): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> => {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

/** Runs it until its file says that it is through, or it has failed, and removes it. */
export const outcomeOf = async ({ name, rest }: Side, connector: Connector, timeoutMs: number): Promise<Outcome> => {
  const { status, body } = await ask(`${rest}connectors`, { name: connector['name'], config: connector })
  if (status !== 201) return { refused: String(body['message']) }
  try {
    for (const deadline = performance.now() + timeoutMs; ; await sleep(pollMs)) {
      const done = await readFile(connector['done'] ?? '', 'utf8').catch(() => '')
      if (done.endsWith('END\n')) return { done }
      const { connector: own, tasks } = (await ask(`${rest}connectors/${connector['name']}/status`)).body as unknown as { readonly connector?: { readonly state: string; readonly trace?: string }; readonly tasks?: readonly { readonly state: string; readonly trace?: string }[] }
      const trace = [own, ...(tasks ?? [])].find((each) => each?.state === 'FAILED')?.trace
      if (trace !== undefined) return { failed: trace }
      if (performance.now() > deadline) throw new Error(`${name}: ${connector['name']} is neither through nor failed: ${JSON.stringify([connector, own, tasks, done.slice(-1000)])}`)
    }
  } finally {
    await fetch(`${rest}connectors/${connector['name']}`, { method: 'DELETE' })
  }
}

type Cause = { readonly class: string; readonly message: string }
const causeOf = (line: string): Cause | null => {
  const [, name, message] = /^(?:Caused by: )?([\w.$]+(?:Exception|Error))(?:: (.*))?$/s.exec(line) ?? []
  return name === undefined ? null : { class: name, message: message ?? '' }
}
/** The last of a trace's causes. */
export const lastCauseOf = (trace: string): Cause | undefined => trace.split('\n').map(causeOf).findLast((cause) => cause !== null) ?? undefined

export type Failure = { readonly at: string; readonly error: Cause | null }
/** By record (its source offset, or topic, partition and offset): the stage with its class, and the exception, that the log tells of it. */
export const failuresIn = (log: string, name: string): ReadonlyMap<string, Failure> => {
  const sentence = new RegExp(`Error encountered in task ${name}-0\\. Executing stage '(\\w+)' with class '([^']*)', where (?:source record is = SourceRecord\\{sourcePartition=\\{file=records\\}, sourceOffset=\\{n=(\\d+)\\}|consumed record is \\{topic='([^']*)', partition=(\\d+), offset=(\\d+))`)
  const found = new Map<string, Failure>()
  for (const entry of log.split(/^(?=\[\d{4}-\d\d-\d\d )/m)) {
    const [, stage, className, n, ...place] = sentence.exec(entry) ?? []
    if (stage !== undefined) found.set(n ?? place.join('-'), { at: `${stage} ${className}`, error: entry.split('\n').slice(1).map(causeOf).find((cause) => cause !== null) ?? null })
  }
  return found
}

export type StoredRecord = { readonly topic: string; readonly partition: number; readonly offset: number; readonly timestamp: number; readonly key: string | null; readonly value: string | null; readonly headers: readonly (readonly [string, string | null])[] }
const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('latin1'))

/** Everything in the topics of that prefix. */
export const storedIn = async (bootstrap: string, prefix: string, groupId: string): Promise<readonly StoredRecord[]> => {
  const properties = { 'bootstrap.servers': bootstrap }
  const admin = await kafkaClients().admin({ properties, clientId: groupId })
  const topics = (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
  const all = (await admin.describeTopics(topics)).flatMap(({ name, partitions }) => partitions.map(({ id }) => ({ topic: name, partition: id })))
  const ends = await admin.listOffsets(all, 'latest')
  await admin.close()
  let missing = [...ends.values()].reduce((sum, end) => sum + end, 0)
  const consumer = await kafkaClients().consumer({ properties: { ...properties, 'group.id': groupId, 'auto.offset.reset': 'earliest', 'max.poll.records': '5000' }, clientId: groupId })
  const records: StoredRecord[] = []
  try {
    await consumer.assign(all)
    while (missing > 0) {
      for (const part of await consumer.poll(500)) {
        missing -= part.count
        for (let index = 0; index < part.count; index++) {
          const { timestamp, key, value, headers } = originalOf({ part, index })
          records.push({ topic: part.topic, partition: part.partition, offset: part.offset[index] as number, timestamp, key: textOf(key), value: textOf(value), headers: headers.map((header) => [header.key, textOf(header.value)] as const) })
        }
      }
    }
  } finally {
    await consumer.close()
  }
  return records
}
