/** The cell's end of its two pipes: fd 3 carries frames both ways, fd 4 one blocking question at a time. */
import { readSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { parseJson } from '../../data/json.ts'
import { FrameReader, encodeFrame, maxFrameBytes } from '../../wire/frames.ts'
import type { FromCell, SyncAnswer, SyncRequest, ToCell } from '../messages.ts'

const framesFd = 3
const questionsFd = 4

export interface Link {
  send(message: FromCell): void
  /** Sends and resolves when it is on its way: for last words. */
  flush(message: FromCell): Promise<void>
  /** Blocks the thread until the worker has answered. */
  askNow(request: SyncRequest): SyncAnswer
  /** Bytes waiting to be taken by the worker. */
  readonly queuedBytes: number
}

export const openLink = (onMessage: (message: ToCell) => void, onEnd: () => void): Link => {
  const socket = new Socket({ fd: framesFd, readable: true, writable: true })
  const reader = new FrameReader((message) => onMessage(message as ToCell), maxFrameBytes)
  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  socket.on('end', onEnd)
  socket.on('error', onEnd)

  const write = (message: FromCell, done?: () => void): void => {
    const pieces = encodeFrame(message)
    socket.cork()
    pieces.forEach((piece, index) => (index === pieces.length - 1 ? socket.write(piece, done) : socket.write(piece)))
    socket.uncork()
  }
  return {
    send: (message) => write(message),
    flush: (message) => new Promise((resolve) => write(message, () => resolve())),
    askNow: (request) => {
      const bytes = Buffer.from(JSON.stringify(request))
      const head = Buffer.alloc(4)
      head.writeUInt32LE(bytes.length)
      writeFully(Buffer.concat([head, bytes]))
      return parseJson(readFully(readFully(head.length).readUInt32LE()).toString()) as SyncAnswer
    },
    get queuedBytes() {
      return socket.writableLength
    },
  }
}

const writeFully = (bytes: Buffer): void => {
  for (let at = 0; at < bytes.length; ) at += writeSync(questionsFd, bytes, at)
}
const readFully = (length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; ) {
    const read = readSync(questionsFd, bytes, at, length - at, null)
    if (read === 0) process.exit(0) // the worker is gone, and with it everyone who could want an answer
    at += read
  }
  return bytes
}
