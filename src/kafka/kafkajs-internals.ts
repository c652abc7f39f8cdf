/**
 * The one hand-typed view of kafkajs 2.2.4's insides. kafkajs ships types for its public face only, and is unmaintained, so what
 * we use of it is pinned, typed here, repaired here, and held by `test/kafka-room/kafkajs-internals.test.ts`.
 *
 * We use its Connection: socket, TLS, SASL (PLAIN, SCRAM, OAUTHBEARER), framing, correlation and the request queue. Our requests are
 * our own bytes; kafkajs's cluster, producer, consumer and record codec are not used (they are what made it slow).
 */
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

export type KafkajsLogEntry = { readonly namespace: string; readonly label: string; readonly log: { readonly message: string } & Readonly<Record<string, unknown>> }
export type KafkajsLogger = { namespace(name: string): KafkajsLogger }
export type SocketFactory = (options: { readonly host: string; readonly port: number; readonly ssl: ConnectionOptions | null; readonly onConnect: () => void }) => Socket
export type SaslOptions =
  | { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
  | { readonly mechanism: 'oauthbearer'; readonly authenticationProvider: (exchange: SaslExchange) => { authenticate(): Promise<void> } }
/** One round trip of a mechanism's own bytes; both ways they begin with their length (int32, -1: none). */
export type SaslExchange = {
  readonly saslAuthenticate: (step: {
    readonly request: { encode(): Promise<Buffer> }
    readonly response: { decode(bytes: Buffer): Promise<string>; parse(text: string): Promise<string> }
  }) => Promise<string>
}
export type ApiVersionTable = Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>

export type QueueEntry = {
  readonly apiKey: number
  readonly apiName: string
  readonly apiVersion: number
  readonly correlationId: number
  readonly resolve: (result: { readonly payload: Buffer | null }) => void
  readonly reject: (error: Error) => void
}
/** `network/requestQueue/index.js`: correlation, time-outs, in-flight bookkeeping. */
export type RequestQueue = {
  readonly inflight: ReadonlyMap<number, unknown>
  readonly pending: readonly unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: NodeJS.Timeout | null
  checkPendingRequests(): void
  /** Sends at once unless throttled. `requestTimeout` only raises the connection's own. */
  push(request: { readonly entry: QueueEntry; readonly expectResponse: boolean; readonly requestTimeout: number; readonly sendRequest: () => void }): void
}
/** `network/connection.js`. Its error classes are told apart by `name`. */
export type Connection = {
  readonly host: string
  readonly port: number
  readonly socket: Socket | undefined
  /** `disconnecting` still counts as connected in kafkajs's own checks. */
  readonly connectionStatus: 'connected' | 'disconnecting' | 'disconnected'
  readonly requestQueue: RequestQueue
  connect(): Promise<unknown>
  authenticate(): Promise<void>
  /** False once the session's lifetime (KIP-368) is nearly over. Without SASL always false, too: ask only with SASL. */
  isAuthenticated(): boolean
  nextCorrelationId(): number
  setVersions(versions: ApiVersionTable): void
  setSupportAuthenticationProtocol(isSupported: boolean): void
  /** Fails all that is in flight or queued. */
  rejectRequests(error: Error): void
  /** Waits for what is in flight: reject first. */
  disconnect(): Promise<unknown>
}
type ConnectionClass = new (options: {
  readonly host: string
  readonly port: number
  readonly logger: KafkajsLogger
  readonly socketFactory: SocketFactory
  /** Also the time-out of the SASL exchange. */
  readonly requestTimeout: number
  readonly connectionTimeout: number
  readonly ssl: ConnectionOptions | null
  readonly sasl: SaslOptions | null
  readonly clientId: string
}) => Connection

const kafkajs = createRequire(import.meta.url)
export const Connection = kafkajs('kafkajs/src/network/connection') as ConnectionClass
const RequestQueueClass = kafkajs('kafkajs/src/network/requestQueue') as { readonly prototype: RequestQueue & { scheduleCheckPendingRequests(): void } }
const loggers = kafkajs('kafkajs/src/loggers') as {
  readonly LEVELS: { readonly NOTHING: number; readonly DEBUG: number }
  createLogger(options: { readonly level: number; readonly logCreator: () => (entry: KafkajsLogEntry) => void }): KafkajsLogger
}
export const kafkajsVersion = (kafkajs('kafkajs/package.json') as { readonly version: string }).version

/** A kafkajs logger that hands everything to `write`, or says nothing at all. */
export const kafkajsLogger = (write: ((entry: KafkajsLogEntry) => void) | null): KafkajsLogger =>
  loggers.createLogger({ level: write === null ? loggers.LEVELS.NOTHING : loggers.LEVELS.DEBUG, logCreator: () => write ?? (() => {}) })

/**
 * Repair: kafkajs's own method computes `throttledUntil - Date.now()` with throttledUntil = -1 after every response and sets a timer
 * with it even though nothing is pending. Node 24+ prints a TimeoutNegativeWarning for each first one, and every response cost a timer.
 * A timer is wanted only while something is pending: until the throttle ends, or soon when only the in-flight limit holds it back.
 */
const pendingCheckMs = 10
RequestQueueClass.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
  if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, Math.max(this.throttledUntil - Date.now(), pendingCheckMs))
}
