/** What a request handler is: it reads the body, acts on the cluster and writes the answer's body. Header, framing and order are server/'s. */
import type { Cluster } from '../cluster.ts'
import type { Reader } from '../protocol/reader.ts'
import type { Writer } from '../protocol/writer.ts'

export type Call = {
  readonly cluster: Cluster
  readonly version: number
  readonly clientId: string
  /** Of the client, as Kafka shows it in group descriptions: `/127.0.0.1`. */
  readonly clientHost: string
  /** Where clients of this connection find the broker. */
  readonly advertised: { readonly host: string; readonly port: number }
  /** Aborted when the client is gone or the broker closes: ends long polls. */
  readonly signal: AbortSignal
}

/** `noAnswer` is what Produce with acks=0 wants; `close` ends the connection without an answer. */
export type Outcome = 'answer' | 'noAnswer' | 'close'
export type Handler = (reader: Reader, writer: Writer, call: Call) => Outcome | Promise<Outcome>
export type AsyncHandler = (reader: Reader, writer: Writer, call: Call) => Promise<Outcome>
