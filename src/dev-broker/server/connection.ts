/**
 * One client connection. As in Kafka, requests of a connection are served strictly one after the other and answered in
 * order; while requests wait or the client does not read its answers, the socket is not read.
 */
import type { Socket } from 'node:net'
import { handlers } from '../apis/index.ts'
import type { Outcome } from '../apis/handler.ts'
import { writeApiVersions } from '../apis/metadata.ts'
import type { Cluster } from '../cluster.ts'
import { messageOf } from '../../errors.ts'
import { apiByKey, type Api } from '../protocol/api-keys.ts'
import { errors } from '../protocol/error-codes.ts'
import { ProtocolError, Reader } from '../protocol/reader.ts'
import { Writer } from '../protocol/writer.ts'
import { FrameCutter } from './frames.ts'

export type Advertise = (socket: Socket) => { readonly host: string; readonly port: number }

/** More requests than this waiting: stop reading. Clients keep five in flight or so. */
const maxWaiting = 16
const apiVersionsKey = 18

export const serve = (socket: Socket, cluster: Cluster, advertise: Advertise): void => {
  const gone = new AbortController()
  const cutter = new FrameCutter()
  const waiting: Buffer[] = []
  let isServing = false
  const advertised = advertise(socket)
  const clientHost = `/${plainAddress(socket.remoteAddress ?? '')}`

  const serveAll = async (): Promise<void> => {
    isServing = true
    try {
      for (let frame = waiting.shift(); frame !== undefined && !gone.signal.aborted; frame = waiting.shift()) {
        if (socket.isPaused() && waiting.length < maxWaiting / 2) socket.resume()
        const served = answer(frame)
        const outcome = served instanceof Promise ? await served : served
        if (gone.signal.aborted) return
        if (outcome === 'close') socket.destroy()
        else if (outcome !== null && !send(outcome)) await drained()
      }
    } catch (error) {
      cluster.log(`Closing the connection of ${clientHost}: ${error instanceof ProtocolError ? error.message : traceOf(error)}`)
      socket.destroy()
    } finally {
      isServing = false
    }
  }

  /** The answer, null for none. */
  const answer = (frame: Buffer): Writer | 'close' | null | Promise<Writer | 'close' | null> => {
    const reader = new Reader(frame)
    const key = reader.int16()
    const version = reader.int16()
    const correlationId = reader.int32()
    const api = apiByKey.get(key)
    const isServed = api !== undefined && version >= api.min && version <= api.max
    if (!isServed) {
      if (key === apiVersionsKey) return unsupportedApiVersions(correlationId)
      throw new ProtocolError(`request ${api?.name ?? key} of version ${version} is not supported`)
    }
    const clientId = reader.nullableString() ?? ''
    reader.flexible = version >= api.flexibleFrom
    reader.skipTags()
    const writer = answerHeader(api, version, correlationId)
    const call = { cluster, version, clientId, clientHost, advertised, signal: gone.signal }
    const finish = (outcome: Outcome): Writer | 'close' | null => (outcome === 'answer' ? writer : outcome === 'close' ? 'close' : null)
    const outcome = handlers[api.name](reader, writer, call)
    return outcome instanceof Promise ? outcome.then(finish) : finish(outcome)
  }

  const send = (writer: Writer): boolean => {
    const size = Buffer.allocUnsafe(4)
    size.writeInt32BE(writer.length, 0)
    socket.cork()
    socket.write(size)
    let hasRoom = true
    for (const chunk of writer.finish()) hasRoom = socket.write(chunk)
    // Uncorked in the same tick: the chunks go out as one writev.
    socket.uncork()
    return hasRoom
  }
  const drained = (): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        socket.off('drain', done)
        socket.off('close', done)
        resolve()
      }
      socket.on('drain', done)
      socket.on('close', done)
      if (socket.destroyed || !socket.writableNeedDrain) done()
    })

  socket.setNoDelay(true)
  socket.on('data', (chunk: Buffer) => {
    try {
      waiting.push(...cutter.push(chunk))
    } catch (error) {
      cluster.log(`Closing the connection of ${clientHost}: ${messageOf(error)}`)
      socket.destroy()
      return
    }
    if (waiting.length >= maxWaiting) socket.pause()
    if (!isServing && waiting.length > 0) void serveAll()
  })
  socket.on('error', (error) => cluster.log(`Connection of ${clientHost}: ${error.message}`))
  socket.on('close', () => gone.abort())
}

const answerHeader = (api: Api, version: number, correlationId: number): Writer => {
  const writer = new Writer(version >= api.flexibleFrom)
  writer.int32(correlationId)
  // The answer to ApiVersions has the old header in every version: who asks does not know yet what we speak.
  if (api.key !== apiVersionsKey) writer.tags()
  return writer
}

/** A version we do not know is answered in version 0, which every client reads. */
const unsupportedApiVersions = (correlationId: number): Writer => {
  const writer = new Writer(false)
  writer.int32(correlationId)
  writeApiVersions(writer, 0, errors.UNSUPPORTED_VERSION)
  return writer
}

/** IPv4 clients of a dual-stack socket appear as ::ffff:127.0.0.1. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:/, '')
const traceOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
