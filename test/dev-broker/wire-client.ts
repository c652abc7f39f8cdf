/** A connection that speaks single requests, byte for byte, so that tests reach every version and every malformed request. */
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { apis, type ApiName } from '../../src/dev-broker/protocol/api-keys.ts'
import { Reader } from '../../src/dev-broker/protocol/reader.ts'
import { Writer } from '../../src/dev-broker/protocol/writer.ts'
import { noId } from '../../src/dev-broker/apis/topic-ref.ts'

export class WireClient {
  readonly #socket: Socket
  readonly #waiting: ((answer: Buffer | null) => void)[] = []
  #received = Buffer.alloc(0)
  #correlation = 0
  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const waiting of this.#waiting.splice(0)) waiting(null)
    })
  }
  static async connect(port: number): Promise<WireClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new WireClient(socket)
  }

  /** The answer's body, or null when the broker closed the connection. */
  async request(name: ApiName, version: number, body: (writer: Writer) => void): Promise<Reader | null> {
    const api = apis.find((candidate) => candidate.name === name)
    if (api === undefined) throw new Error(name)
    const isFlexible = version >= api.flexibleFrom
    const answer = await this.raw(this.header(api.key, version, isFlexible, body))
    if (answer === null) return null
    const reader = new Reader(answer, isFlexible)
    reader.int32()
    if (name !== 'ApiVersions') reader.skipTags()
    return reader
  }
  header(key: number, version: number, isFlexible: boolean, body: (writer: Writer) => void): Buffer {
    const writer = new Writer()
    writer.int16(key)
    writer.int16(version)
    writer.int32(++this.#correlation)
    writer.string('wire-client')
    writer.flexible = isFlexible
    writer.tags()
    body(writer)
    writer.tags()
    return writer.toBuffer()
  }
  raw(request: Buffer): Promise<Buffer | null> {
    const size = Buffer.alloc(4)
    size.writeInt32BE(request.length)
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      this.#socket.write(Buffer.concat([size, request]))
    })
  }
  /** Sends bytes as they are; resolves when the broker ends the connection. */
  async sendAndExpectClose(bytes: Buffer): Promise<void> {
    const closed = once(this.#socket, 'close')
    this.#socket.write(bytes)
    await closed
  }
  [Symbol.dispose](): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readInt32BE(0)) {
      const end = 4 + this.#received.readInt32BE(0)
      this.#waiting.shift()?.(this.#received.subarray(4, end))
      this.#received = this.#received.subarray(end)
    }
  }
}

/** Fails when the connection was closed instead of answered. */
export const must = (reader: Reader | null): Reader => {
  if (reader === null) throw new Error('the broker closed the connection')
  return reader
}

/** Of a topic that is there. */
export const topicId = async (client: WireClient, topic: string): Promise<string> => {
  const answer = must(
    await client.request('Metadata', 12, (writer) => {
      writer.structs([topic], (name) => {
        writer.uuid(noId)
        writer.string(name)
      })
      writer.bool(false)
      writer.bool(false)
    }),
  )
  answer.int32()
  answer.structs(() => [answer.int32(), answer.string(), answer.int32(), answer.nullableString()])
  answer.nullableString()
  answer.int32()
  // count + 1, error, name, id
  const found = [answer.uvarint(), answer.int16(), answer.string()]
  if (found.join() !== `2,0,${topic}`) throw new Error(`Metadata of ${topic}: ${found.join()}`)
  return answer.uuid()
}
