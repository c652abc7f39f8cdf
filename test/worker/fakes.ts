/** Stand-ins for cells and Kafka clients, driven by the tests: no processes, no network, no clocks. */
import type { CallOptions, CallOutcome, Cell, CellDeath, Guest, GuestOptions, TargetKind } from '../../src/cell/cell.ts'
import { type Consumer, type Header, type KafkaClients, KafkaError, type ProducedBatch, type Producer, type ProducerOptions, partitionKey, type RebalanceListener, type RecordColumns, type TopicPartition } from '../../src/kafka/types.ts'
import type { SourceBatch } from '../../src/wire/batch.ts'
import type { GuestError, OffsetEntry, TopicPartitionOffset } from '../../src/wire/guest-api.ts'
import type { HostDeps } from '../../src/worker/deps.ts'
import type { ConnectorSpec, TaskSpec } from '../../src/worker/types.ts'

export const guestError = (message: string, more: Partial<GuestError> = {}): GuestError => ({ name: 'Error', message, stack: `Error: ${message}\n    at guest.js:1`, retriable: false, ...more })

/** What guest methods do: a value, or `{ fail }`; unknown methods answer undefined. */
export type Script = Record<string, (...args: never[]) => unknown>
export class GuestFailure extends Error {
  readonly error: GuestError
  constructor(error: GuestError) {
    super(error.message)
    this.error = error
  }
}
export class FakeCell implements Cell {
  static lastPid = 0
  readonly pid = ++FakeCell.lastPid
  readonly died: Promise<CellDeath>
  readonly calls: string[] = []
  readonly guests: { readonly kind: TargetKind; readonly options: GuestOptions }[] = []
  closed = false
  /** When the arguments of calls have left. */
  sent: Promise<void> = Promise.resolve()
  readonly #script: Record<TargetKind, Script>
  readonly #death = Promise.withResolvers<CellDeath>()
  #dead: CellDeath | null = null

  constructor(script: Partial<Record<TargetKind, Script>>) {
    this.#script = { connector: {}, source: {}, sink: {}, plugin: {}, transforms: {}, converter: {}, config_provider: {}, ...script }
    this.died = this.#death.promise
  }
  die(death: CellDeath): void {
    this.#dead ??= death
    this.#death.resolve(death)
  }
  async open<K extends TargetKind>(kind: K, options: GuestOptions): Promise<CallOutcome<Guest<K>>> {
    if (this.#dead) return { kind: 'death', death: this.#dead }
    this.guests.push({ kind, options })
    const disposed = Promise.withResolvers<CallOutcome<unknown>>()
    let isDisposed = false
    const call = async (method: string, args: readonly unknown[], { onSent }: Partial<CallOptions> = {}): Promise<CallOutcome<unknown>> => {
      if (this.#dead || isDisposed) return { kind: 'death', death: this.#dead ?? { reason: 'killed', detail: 'disposed' } }
      this.calls.push(`${options.label}.${method}`)
      if (onSent) void this.sent.then(onSent)
      const run = async (): Promise<CallOutcome<unknown>> => {
        try {
          return { kind: 'ok', value: await this.#script[kind][method]?.(...(args as never[])) }
        } catch (error) {
          if (error instanceof GuestFailure) return { kind: 'error', error: error.error }
          throw error
        }
      }
      return Promise.race([run(), disposed.promise, this.died.then((death): CallOutcome<unknown> => ({ kind: 'death', death }))])
    }
    const dispose = async (): Promise<void> => {
      isDisposed = true
      disposed.resolve({ kind: 'death', death: { reason: 'killed', detail: 'disposed' } })
    }
    // the script answers what the interface says, or the test is wrong
    return { kind: 'ok', value: { kind, call: call as Guest<K>['call'], dispose } }
  }
  usage() {
    return { rssBytes: 1, cpuMs: 2, deniedCalls: 0 }
  }
  async close(): Promise<void> {
    this.closed = true
    this.die({ reason: 'killed', detail: 'closed' })
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

export type Appended = { readonly topic: string; readonly partition: number; readonly key: string | null; readonly value: string | null; readonly timestamp: number; readonly headers: readonly Header[] | null; readonly token: number }
export class FakeProducer implements Producer {
  readonly appended: Appended[] = []
  readonly #options: ProducerOptions
  #drained = Promise.withResolvers<void>()
  #flushed: PromiseWithResolvers<void>[] = []
  #settled = 0
  /** Appends from this many on return false until `drain()`. */
  full = Infinity
  closed: number | null = null
  failure: KafkaError | null = null
  refuse: ((topic: string) => KafkaError | null) | null = null

  constructor(options: ProducerOptions) {
    this.#options = options
  }
  append: Producer['append'] = (topic, partition, timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd, headers, token) => {
    const error = this.refuse?.(topic)
    if (error) throw error
    const text = (bytes: Uint8Array | null, start: number, end: number): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8', start, end))
    this.appended.push({ topic, partition, key: text(key, keyStart, keyEnd), value: text(value, valueStart, valueEnd), timestamp, headers, token })
    return this.appended.length < this.full
  }
  /** Why a topic cannot be sent to. */
  refusesTopic: ((topic: string) => KafkaError | null) | null = null
  /** Partitions that were asked for, and what is answered. */
  readonly askedFor: string[] = []
  findsPartition: (topic: string, partition: number) => Promise<void> = () => Promise.resolve()
  async ensureTopic(topic: string, partition?: number) {
    if (partition !== undefined) this.askedFor.push(`${topic}-${partition}`)
    const error = this.refusesTopic?.(topic)
    if (error) throw error
    if (partition !== undefined) await this.findsPartition(topic, partition)
    return { partitions: (partition ?? 0) + 1 }
  }
  drained(): Promise<void> {
    return this.appended.length < this.full ? Promise.resolve() : this.#drained.promise
  }
  drain(): void {
    this.full = Infinity
    this.#drained.resolve()
    this.#drained = Promise.withResolvers()
  }
  /** The broker's answer for these tokens. */
  produced(tokens: readonly number[], outcome: KafkaError | number = 0): void {
    const topic = this.appended.find(({ token }) => token === tokens[0])?.topic ?? 't'
    this.#settled += tokens.length
    const batch: ProducedBatch = outcome instanceof KafkaError
      ? { ok: false, topic, partition: 0, error: outcome, tokens }
      : { ok: true, topic, partition: 0, baseOffset: outcome, logAppendTime: -1, tokens }
    this.#options.onProduced(batch)
    if (this.#settled >= this.appended.length) for (const { resolve } of this.#flushed.splice(0)) resolve()
  }
  ackAll(): void {
    const open = this.appended.slice(this.#settled).map(({ token }) => token)
    if (open.length > 0) this.produced(open)
  }
  flush(): Promise<void> {
    if (this.#settled >= this.appended.length) return Promise.resolve()
    const flushed = Promise.withResolvers<void>()
    this.#flushed.push(flushed)
    return flushed.promise
  }
  get bufferedBytes(): number {
    return this.appended.length - this.#settled
  }
  async close(timeoutMs: number): Promise<void> {
    this.closed = timeoutMs
  }
}

export class FakeConsumer implements Consumer {
  listener: RebalanceListener | null = null
  subscription: readonly string[] | RegExp | null = null
  readonly committedOffsets = new Map<string, number>()
  readonly paused = new Set<string>()
  readonly seeks: TopicPartitionOffset[] = []
  readonly log = new Map<string, readonly (string | null)[]>()
  readonly #assignment = new Map<string, TopicPartition>()
  readonly #positions = new Map<string, number>()
  #steps: (() => Promise<void>)[] = []
  #wake = Promise.withResolvers<void>()
  #woken = false
  closed = false
  /** Polled, and nothing is there. */
  isWaiting = false
  maxRecords = Infinity
  commitFails: Error | null = null

  /** Something that happens inside the next poll: a rebalance, for one. Resolves when it has. */
  inPoll(step: () => Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#steps.push(() => step().then(done.resolve, done.reject))
    this.#wake.resolve()
    return done.promise
  }
  assigned(partitions: readonly TopicPartition[]): Promise<void> {
    return this.inPoll(async () => {
      for (const partition of partitions) {
        this.#assignment.set(partitionKey(partition), partition)
        this.#positions.set(partitionKey(partition), this.committedOffsets.get(partitionKey(partition)) ?? 0)
      }
      await this.listener?.onAssigned(partitions)
    })
  }
  revoked(partitions: readonly TopicPartition[]): Promise<void> {
    return this.inPoll(async () => {
      await this.listener?.onRevoked(partitions)
      for (const partition of partitions) {
        this.#assignment.delete(partitionKey(partition))
        this.paused.delete(partitionKey(partition))
      }
    })
  }
  produce(partition: TopicPartition, values: readonly (string | null)[]): void {
    this.log.set(partitionKey(partition), [...(this.log.get(partitionKey(partition)) ?? []), ...values])
    this.#wake.resolve()
  }

  async subscribe(topics: readonly string[] | RegExp, listener: RebalanceListener): Promise<void> {
    this.subscription = topics
    this.listener = listener
  }
  async assign(): Promise<void> {}
  async poll(maxWaitMs: number): Promise<readonly RecordColumns[]> {
    for (;;) {
      const step = this.#steps.shift()
      if (step) await step()
      const found = this.#fetch()
      if (found.length > 0) return found
      if (this.#woken || maxWaitMs === 0 || step) {
        this.#woken = false
        return []
      }
      this.#wake = Promise.withResolvers()
      this.isWaiting = true
      await this.#wake.promise
      this.isWaiting = false
    }
  }
  #fetch(): readonly RecordColumns[] {
    const found: RecordColumns[] = []
    let left = this.maxRecords
    for (const [key, { topic, partition }] of this.#assignment) {
      const from = this.#positions.get(key) ?? 0
      const values = this.paused.has(key) ? [] : (this.log.get(key) ?? []).slice(from, from + left)
      if (values.length === 0) continue
      left -= values.length
      this.#positions.set(key, from + values.length)
      found.push(recordColumns({ topic, partition }, from, values))
    }
    return found
  }
  wakeup(): void {
    this.#woken = true
    this.#wake.resolve()
  }
  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.paused.add(this.#known(partition))
  }
  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.paused.delete(this.#known(partition))
    this.#wake.resolve()
  }
  seek(partition: TopicPartition, offset: number): void {
    this.seeks.push({ ...partition, offset })
    this.#positions.set(this.#known(partition), offset)
  }
  async seekToBeginning(): Promise<void> {}
  assignment(): readonly TopicPartition[] {
    return [...this.#assignment.values()]
  }
  async position(partition: TopicPartition): Promise<number> {
    return this.#positions.get(this.#known(partition)) ?? 0
  }
  async committed(): Promise<Map<string, number>> {
    return this.committedOffsets
  }
  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (this.commitFails) throw this.commitFails
    for (const entry of offsets) this.committedOffsets.set(partitionKey(entry), entry.offset)
  }
  async close(): Promise<void> {
    this.closed = true
    await this.listener?.onRevoked(this.assignment())
  }
  #known(partition: TopicPartition): string {
    if (!this.#assignment.has(partitionKey(partition))) throw new KafkaError('ILLEGAL_STATE', `No current assignment for partition ${partitionKey(partition)}`, { retriable: false })
    return partitionKey(partition)
  }
}

export const recordColumns = ({ topic, partition }: TopicPartition, from: number, values: readonly (string | null)[]): RecordColumns => {
  const data = Buffer.from(values.join(''))
  const valueStart = new Int32Array(values.length)
  const valueEnd = new Int32Array(values.length)
  let at = 0
  values.forEach((value, row) => {
    valueStart[row] = value === null ? -1 : at
    valueEnd[row] = value === null ? -1 : (at += Buffer.byteLength(value))
  })
  const none = new Int32Array(values.length).fill(-1)
  return {
    topic, partition, topicId: null, count: values.length, data, offset: Float64Array.from(values, (_, row) => from + row), timestamp: new Float64Array(values.length).fill(1000), timestampType: 0,
    keyStart: none, keyEnd: none, valueStart, valueEnd, headers: null,
  }
}

export const textBatch = (values: readonly string[], from = 0, topic = 't'): SourceBatch => ({
  count: values.length, topics: [topic], topic: null, partition: null, timestamp: null, schemas: '', keySchema: null, valueSchema: null, key: { kind: 'null' },
  value: { kind: 'utf8', lengths: Int32Array.from(values, (value) => Buffer.byteLength(value)), bytes: Buffer.from(values.join('')) }, headers: null,
  sourcePartitions: ['{"p":1}'], sourcePartition: null, sourceOffset: { kind: 'numbers', keys: ['n'], values: Float64Array.from(values, (_, row) => from + row) },
})

export const connectorSpec = (type: 'source' | 'sink', config: Record<string, string> = {}, more: Partial<ConnectorSpec> = {}): ConnectorSpec => ({
  name: 'X', type, plugin: { bundleFile: '/x.js', className: 'com.example.X', exportName: 'X', version: '1.0' }, grants: { fs: [], net: [], stdio: false },
  limits: { memoryMb: 64, rssMb: 256, cpuPercent: 100, callTimeoutMs: 1000 }, pollTimeoutMs: 1000, putTimeoutMs: 1000, cellPer: 'connector', config, secrets: [], targetState: 'STARTED', ...more,
})
/** As the herder parses them. */
const errorsOf = (config: Record<string, string>): TaskSpec['errors'] => {
  const topic = config['errors.deadletterqueue.topic.name'] ?? ''
  const bisect = config['errors.put.bisect'] === 'true'
  return {
    retryTimeoutMs: Number(config['errors.retry.timeout'] ?? 0), retryDelayMaxMs: Number(config['errors.retry.delay.max.ms'] ?? 60_000), tolerance: config['errors.tolerance'] === 'all' ? 'all' : 'none',
    logEnable: config['errors.log.enable'] === 'true', logIncludeMessages: config['errors.log.include.messages'] === 'true',
    deadLetterQueue: topic === '' ? null : { topic, replicationFactor: 1, contextHeaders: config['errors.deadletterqueue.context.headers.enable'] === 'true' },
    putBisection: bisect ? { maxConsecutive: Number(config['errors.put.bisect.max.consecutive'] ?? 100) } : null,
  }
}
const string = { className: 'StringConverter', config: {} }
export const taskSpec = (connector: ConnectorSpec, more: Partial<TaskSpec> = {}): TaskSpec => ({
  id: { connector: connector.name, task: 0 }, connector, config: connector.config,
  converters: { key: { ...string, isKey: true }, value: { ...string, isKey: false }, header: { ...string, isKey: false } }, transforms: [], plugins: {},
  clients: { producer: {}, consumer: { 'group.id': 'connect-X' }, admin: {}, deadLetters: { producer: {}, admin: {} } }, errors: errorsOf(connector.config), offsetFlushIntervalMs: 3_600_000, offsetFlushTimeoutMs: 1000, topicCreationEnable: true, ...more,
})

/** A thread host's doors, all fake, with what went through them. */
export const fakeDeps = (script: Partial<Record<TargetKind, Script>>, more: Partial<HostDeps> = {}) => {
  const cells: FakeCell[] = []
  const producers: FakeProducer[] = []
  const consumers: FakeConsumer[] = []
  const stored = new Map<string, string | null>()
  const events: string[] = []
  const traces: string[] = []
  const listeners = new Set<() => void>()
  const heard = (line: string): void => {
    events.push(line)
    for (const listener of listeners) listener()
  }
  const state = (what: string, name: string, version: string | null, trace?: string): void => {
    if (trace !== undefined) traces.push(trace)
    heard(`${what} ${name} ${version}`)
  }
  const clients: KafkaClients = {
    producer: async (options) => {
      const producer = new FakeProducer(options)
      producers.push(producer)
      return producer
    },
    consumer: async () => {
      const consumer = new FakeConsumer()
      consumers.push(consumer)
      return consumer
    },
    admin: () => Promise.reject(new Error('no admin here')),
  }
  const deps: HostDeps = {
    spawnCell: async () => {
      const cell = new FakeCell(script)
      cells.push(cell)
      return cell
    },
    clients,
    events: {
      onConnectorState: (name, to, version, trace) => state(name, to, version, trace),
      onTaskState: (id, to, version, trace) => state(`${id.connector}-${id.task}`, to, version, trace),
      onTaskReconfiguration: (name) => heard(`reconfigure ${name}`),
      onTopicUsed: (_id, topic) => heard(`topic ${topic}`),
    },
    offsets: {
      read: async (_connector, partitions) => partitions.map((partition) => stored.get(partition) ?? null),
      write: async (_connector: string, entries: readonly OffsetEntry[]) => {
        for (const { partition, offset } of entries) stored.set(partition, offset)
        for (const listener of listeners) listener()
      },
    },
    stdio: null,
    gracefulShutdownTimeoutMs: 1000,
    ...more,
  }
  /** Resolves when the condition holds; looked at on every event and turn. */
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
    }
  }
  return { deps, cells, producers, consumers, stored, events, traces, until }
}
