/**
 * One socket to one broker: opened on demand, reopened after it broke (with Kafka's reconnect back-off), requests leave in the order
 * they were given. A request that times out closes the socket, as in Java's client: nothing behind it may be answered out of order.
 */
import { connect as connectTcp, isIP } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import { connectionErrorOf, setupErrorOf } from './connection-errors.ts'
import { disconnected, errorOfCode } from './kafka-errors.ts'
import { type ApiVersionTable, Connection, type KafkajsLogger, type SocketFactory, kafkajsLogger } from './kafkajs-internals.ts'
import type { Security } from './security.ts'
import { KafkaError } from './types.ts'

/**
 * A request of the Kafka protocol. The highest version both sides know is used.
 * `encode` writes the body after the header; `decode` reads the body after the response's header.
 */
export type ApiRequest<T> = {
  readonly apiKey: number
  readonly apiName: string
  readonly minVersion: number
  readonly maxVersion: number
  /** From this version on strings and arrays are compact and structures end in tagged fields (KIP-482); without it none is. */
  readonly flexibleFrom?: number
  encode(writer: ByteWriter, version: number): void
  decode(reader: ByteReader, version: number): T
  /** Produce with acks=0 has no answer: the promise resolves with `decode` of an empty reader once written. */
  readonly hasNoResponse?: boolean
}

export type LinkSettings = Security & {
  readonly clientId: string
  readonly log: Logger
  readonly requestTimeoutMs: number
  readonly setupTimeoutMs: number
  readonly reconnectBackoffMs: number
  readonly reconnectBackoffMaxMs: number
}

const apiVersionsKey = 18
const saslAuthenticateKey = 36
const keepAliveDelayMs = 60_000
const drainCheckMs = 5

/** No Nagle: our requests are written whole, and an ack must not wait for the next one. */
const socketFactory: SocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl === null
    ? connectTcp({ host, port, noDelay: true }, onConnect)
    : connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...ssl }, onConnect)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, keepAliveDelayMs)
  return socket
}

const apiVersionsRequest: ApiRequest<ApiVersionTable> = {
  apiKey: apiVersionsKey,
  apiName: 'ApiVersions',
  minVersion: 0,
  maxVersion: 0,
  encode() {},
  decode(reader) {
    const code = reader.int16()
    if (code !== 0) throw errorOfCode(code, 'ApiVersions')
    return Object.fromEntries(reader.array(() => [reader.int16(), { minVersion: reader.int16(), maxVersion: reader.int16() }]))
  },
}

type Waiting = { readonly send: (connection: Connection) => void; readonly fail: (error: KafkaError) => void }

export class Link {
  readonly host: string
  readonly port: number
  readonly #settings: LinkSettings
  readonly #logger: KafkajsLogger
  #connection: Connection | null = null
  #versions: ApiVersionTable = {}
  /** Requests given while the socket opens; they leave in order, before any later one, once it is up. */
  #waiting: Waiting[] = []
  #opening: Promise<void> | null = null
  #failures = 0
  #retryAtMs = 0
  #closed = false
  /** The broker has answered a request after the connection was set up: it wants us. */
  #wasOfUse = false

  constructor(host: string, port: number, settings: LinkSettings) {
    this.host = host
    this.port = port
    this.#settings = settings
    const { log } = settings
    this.#logger = kafkajsLogger(log.isEnabled('TRACE') ? (entry) => log.trace(`kafkajs ${entry.namespace}: ${entry.log.message}`) : null)
  }

  get where(): string {
    return `${this.host}:${this.port}`
  }
  get isReady(): boolean {
    return this.#opening === null && this.#connection !== null && isOpen(this.#connection) && !this.#needsAuthentication(this.#connection)
  }
  get inFlight(): number {
    return (this.#connection?.requestQueue.inflight.size ?? 0) + this.#waiting.length
  }
  /** When a broken link may be tried again; 0 when it may at once. */
  get retryAtMs(): number {
    return this.#retryAtMs
  }

  /** Resolves when the socket is up and authenticated. Rejects with a KafkaError after one attempt. */
  async ready(): Promise<void> {
    if (this.isReady) return
    if (this.#closed) throw disconnected(`${this.where}: the client is closed`)
    this.#opening ??= this.#open()
    return this.#opening
  }

  request<T>(request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    const connection = this.#connection
    if (connection !== null && this.isReady) return this.#send(connection, request, timeoutMs)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ send: (opened) => resolve(this.#send(opened, request, timeoutMs)), fail: reject })
      this.ready().catch(() => {
        // #open has failed everything that waited
      })
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#drop(disconnected(`${this.where}: the client was closed`))
  }

  /** With SASL, a session near the end of its lifetime (KIP-368) is replaced by a new connection once nothing is in flight. */
  #needsAuthentication(connection: Connection): boolean {
    return this.#settings.sasl !== null && !connection.isAuthenticated()
  }

  async #open(): Promise<void> {
    let connection: Connection
    try {
      connection = await this.#connect()
    } catch (error) {
      // #opening ends and the queue is emptied in one go: a request given from now on starts another attempt.
      this.#opening = null
      const failure = connectionErrorOf(error, this.where, this.#settings)
      for (const { fail } of this.#takeWaiting()) fail(failure)
      throw failure
    }
    this.#opening = null
    this.#connection = connection
    for (const { send } of this.#takeWaiting()) send(connection)
  }

  #takeWaiting(): Waiting[] {
    const waiting = this.#waiting
    this.#waiting = []
    return waiting
  }

  async #connect(): Promise<Connection> {
    const { log, clientId, tls, sasl, requestTimeoutMs, setupTimeoutMs } = this.#settings
    const expired = this.#connection
    if (expired !== null) {
      while (expired.requestQueue.inflight.size > 0 && isOpen(expired)) await sleep(drainCheckMs)
    }
    await this.#drop(disconnected(`${this.where}: reconnecting`))
    const waitMs = this.#retryAtMs - Date.now()
    if (waitMs > 0) await sleep(waitMs)
    const connection = new Connection({
      host: this.host, port: this.port, clientId, logger: this.#logger, socketFactory, ssl: tls, sasl,
      connectionTimeout: setupTimeoutMs, requestTimeout: Math.min(requestTimeoutMs, setupTimeoutMs),
    })
    try {
      if (this.#closed) throw disconnected(`${this.where}: the client is closed`)
      await connection.connect()
      this.#versions = { [apiVersionsKey]: { minVersion: 0, maxVersion: 0 } }
      this.#versions = await this.#send(connection, apiVersionsRequest, setupTimeoutMs)
      connection.setVersions(this.#versions)
      connection.setSupportAuthenticationProtocol(this.#versions[saslAuthenticateKey] !== undefined)
      if (sasl !== null) await connection.authenticate()
      if (this.#closed) throw disconnected(`${this.where}: the client is closed`)
    } catch (error) {
      await discard(connection, disconnected(`${this.where}: ${messageOf(error)}`))
      this.#failures++
      const backoffMs = Math.min(this.#settings.reconnectBackoffMs * 2 ** (this.#failures - 1), this.#settings.reconnectBackoffMaxMs)
      this.#retryAtMs = Date.now() + backoffMs * (0.8 + Math.random() * 0.4)
      const failure = setupErrorOf(error, this.where, this.#settings)
      // The first ones tell; an outage of hours must not fill the log.
      if (!this.#closed && Number.isInteger(Math.log2(this.#failures))) {
        const reason = failure.message.replace(`${this.where}: `, '')
        if (failure.retriable) log.warn(`Connection to ${this.where} could not be established (attempt ${this.#failures}): ${reason}. Node may not be available.`)
        else log.error(`Connection to ${this.where} failed (attempt ${this.#failures}) due to: ${reason}`)
      }
      throw failure
    }
    this.#failures = 0
    this.#retryAtMs = 0
    this.#wasOfUse = false
    return connection
  }

  #send<T>(connection: Connection, request: ApiRequest<T>, timeoutMs: number): Promise<T> {
    const { apiKey, apiName, hasNoResponse = false, flexibleFrom = Infinity } = request
    const where = `${apiName} to ${this.where}`
    const offered = this.#versions[apiKey]
    const version = Math.min(request.maxVersion, offered?.maxVersion ?? -1)
    if (version < request.minVersion || version < (offered?.minVersion ?? 0)) {
      const range = offered === undefined ? 'not at all' : `in versions ${offered.minVersion} to ${offered.maxVersion}`
      return Promise.reject(new KafkaError('UNSUPPORTED_VERSION', `${where}: the broker supports ${apiName} ${range}, this client ${request.minVersion} to ${request.maxVersion}`, { retriable: false }))
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const flexible = version >= flexibleFrom
    try {
      const body = new ByteWriter(undefined, flexible)
      request.encode(body, version)
      const correlationId = connection.nextCorrelationId()
      const header = new ByteWriter(64).int32(0).int16(apiKey).int16(version).int32(correlationId).string(this.#settings.clientId)
      // the client id stays as it is in flexible requests: only the tagged fields come after it
      if (flexible) header.uvarint(0)
      const head = header.parts()[0] ?? Buffer.alloc(0)
      head.writeInt32BE(head.length - 4 + body.length, 0)
      const sendRequest = (): void => {
        const { socket } = connection
        if (socket === undefined || !isOpen(connection)) throw disconnected(`${where}: not connected`)
        socket.cork()
        socket.write(head)
        for (const part of body.parts()) socket.write(part)
        socket.uncork()
      }
      const succeed = ({ payload }: { readonly payload: Buffer | null }): void => {
        this.#wasOfUse = true
        try {
          const answer = new ByteReader(payload ?? Buffer.alloc(0), 0, flexible)
          answer.tags()
          resolve(request.decode(answer, version))
        } catch (error) {
          reject(error instanceof KafkaError ? error : new KafkaError('CORRUPT_RESPONSE', `${where}: the response cannot be read: ${messageOf(error)}`, { retriable: false, cause: error }))
        }
      }
      const fail = (error: Error): void => {
        reject((this.#wasOfUse ? connectionErrorOf : setupErrorOf)(error, where, this.#settings))
        if (error.name === 'KafkaJSRequestTimeoutError') void this.#drop(disconnected(`${this.where}: disconnected because ${apiName} timed out`))
      }
      connection.requestQueue.push({ entry: { apiKey, apiName, apiVersion: version, correlationId, resolve: succeed, reject: fail }, expectResponse: !hasNoResponse, requestTimeout: timeoutMs, sendRequest })
    } catch (error) {
      reject(connectionErrorOf(error, where, this.#settings))
    }
    return promise
  }

  async #drop(error: KafkaError): Promise<void> {
    const connection = this.#connection
    this.#connection = null
    if (connection !== null) await discard(connection, error)
  }
}

/** kafkajs's own `isConnected` is still true while it disconnects; what is sent then is never answered and never times out. */
const isOpen = (connection: Connection): boolean => connection.connectionStatus === 'connected'

const discard = async (connection: Connection, error: KafkaError): Promise<void> => {
  connection.rejectRequests(error)
  const { socket } = connection
  await connection.disconnect()
  socket?.destroySoon()
}
