/** Arguments of `HostApi` requests, checked before a handler of the worker sees them. Throws ProtocolError. */
import { parseJson } from '../data/json.ts'
import { type Packed, unpackSourceBatch } from '../wire/batch-codec.ts'
import type { SourceBatch } from '../wire/batch.ts'
import type { HostApi } from '../wire/guest-api.ts'
import { checkError, ProtocolError } from './check-message.ts'

type Check = (args: readonly unknown[]) => readonly unknown[]
const fail = (what: string): never => {
  throw new ProtocolError(what)
}
const maxItems = 100_000
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) && value.length <= maxItems ? value : fail('a list that is none or too long'))
const count = (value: unknown): number => (Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fail('a number out of range'))
const string = (value: unknown): string => (typeof value === 'string' ? value : fail('a text that is none'))
const partition = (value: unknown): { readonly topic: string; readonly partition: number } => {
  const { topic, partition: number } = (value ?? fail('a partition that is none')) as Record<string, unknown>
  return { topic: string(topic), partition: count(number) }
}
const withOffset = (value: unknown): unknown => ({ ...partition(value), offset: count((value as { readonly offset?: unknown }).offset) })
const jsonMap = (value: unknown): string => {
  const text = string(value)
  const parsed: unknown = parseJson(text)
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? text : fail('a source partition that is no map')
}
const oneRecord = (packed: unknown): SourceBatch => {
  const { head, attachments } = (packed ?? fail('a batch that is none')) as Partial<Packed>
  if (!list(attachments).every((item) => item instanceof Uint8Array)) fail('an attachment of another kind')
  const batch = unpackSourceBatch({ head, attachments: attachments as Packed['attachments'] })
  return batch.count === 1 ? batch : fail('a record that is none or several')
}
const none: Check = () => []

const checks: { readonly [M in keyof HostApi]: Check } = {
  offsets: ([partitions]) => [list(partitions).map(jsonMap)],
  configs: none,
  pausePartitions: ([partitions]) => [list(partitions).map(partition)],
  resumePartitions: ([partitions]) => [list(partitions).map(partition)],
  rewind: ([offsets]) => [list(offsets).map(withOffset)],
  timeout: ([ms]) => [count(ms)],
  requestCommit: none,
  hasErrantReporter: none,
  reportErrantRecord: ([at, packed, error]) => [withOffset(at), oneRecord(packed), checkError(error)],
  reportErrant: ([record, error]) => [withOffset(record), checkError(error)],
  requestTaskReconfiguration: none,
  raiseError: ([error]) => [checkError(error)],
  readStdin: ([maxBytes]) => [Math.min(count(maxBytes), 16 * 1024 * 1024)],
  writeStdout: ([text]) => [string(text)],
}

export const isHostMethod = (method: string): method is keyof HostApi => Object.hasOwn(checks, method)
export const checkArguments = (method: keyof HostApi, args: readonly unknown[]): readonly unknown[] => {
  try {
    return checks[method](args)
  } catch (error) {
    throw error instanceof ProtocolError ? error : new ProtocolError(`wrong arguments of ${method}`)
  }
}
