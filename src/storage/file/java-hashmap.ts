/**
 * The Java serialisation stream of one `java.util.HashMap<byte[],byte[]>`: the format of the standalone offset file
 * (https://docs.oracle.com/javase/8/docs/platform/serialization/spec/protocol.html). A fixed reader of exactly that set of
 * classes: it creates nothing a stream asks for, and every length is checked against the bytes that are left.
 *
 *   aced 0005                                     magic, version 5
 *   73 72 0011 "java.util.HashMap" 0507dac1c31660d1 03 0002
 *      46 000a "loadFactor" 49 0009 "threshold" 78 70          handle 7e0000: class, 7e0001: the map
 *   3f400000 TTTTTTTT                             load factor 0.75, threshold
 *   77 08 BBBBBBBB SSSSSSSS                       block data: buckets, size
 *   75 72 0002 "[B" acf317f8060854e0 02 0000 78 70             handle 7e0002: class byte[]; its first occurrence
 *      LLLLLLLL bytes…                            handle 7e0003: the first array
 *   75 71 007e0002 LLLLLLLL bytes…                later arrays refer back to the class; 70 is null
 *   78                                            end of what HashMap wrote
 */
export type JavaEntry = { readonly key: Uint8Array | null; readonly value: Uint8Array | null }

/** The bytes are not such a stream. `at` is the position where that showed. `truncated`: they end too early. */
export class JavaStreamError extends Error {
  override readonly name = 'JavaStreamError'
  readonly at: number
  readonly truncated: boolean
  constructor(message: string, at: number, truncated = false) {
    super(message)
    this.at = at
    this.truncated = truncated
  }
}

const tag = { null: 0x70, reference: 0x71, classDesc: 0x72, object: 0x73, string: 0x74, array: 0x75, blockData: 0x77, endBlockData: 0x78 } as const
const baseHandle = 0x7e0000
const hashMapName = 'java.util.HashMap'
const hashMapTail = Buffer.concat([
  Buffer.from('0507dac1c31660d1030002', 'hex'),
  Buffer.from('F\x00\x0aloadFactorI\x00\x09threshold', 'latin1'),
  Buffer.from([tag.endBlockData, tag.null]),
])
const byteArrayName = '[B'
const byteArrayTail = Buffer.from('acf317f8060854e00200007870', 'hex')
const maxReadableTextBytes = 200

type Handle = 'class' | 'map' | 'byte[] class' | Uint8Array

export const readJavaHashMap = (bytes: Uint8Array): readonly JavaEntry[] => {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const handles: Handle[] = []
  let at = 0
  const fail = (message: string, where = at): never => {
    throw new JavaStreamError(message, where)
  }
  const take = (length: number): number => {
    if (length > view.length - at) throw new JavaStreamError(`${length} bytes are expected but ${view.length - at} are left`, at, true)
    at += length
    return at - length
  }
  const u8 = (): number => view.readUInt8(take(1))
  const i32 = (): number => view.readInt32BE(take(4))
  const text = (): string => {
    const length = view.readUInt16BE(take(2))
    const start = take(length)
    return view.toString('latin1', start, Math.min(at, start + maxReadableTextBytes))
  }
  const expectBytes = (expected: Buffer, what: string): void => {
    const start = take(expected.length)
    if (!view.subarray(start, at).equals(expected)) fail(`${what} is not declared as Java declares it`, start)
  }
  /** The class name behind a class description (or a reference, which no first object can have). */
  const className = (): string => (u8() === tag.classDesc ? text() : 'of unknown class')

  const bytesOrNull = (): Uint8Array | null => {
    const start = at
    const kind = u8()
    if (kind === tag.null) return null
    if (kind === tag.reference) {
      const handle = handles[i32() - baseHandle]
      return handle instanceof Uint8Array ? handle : fail('a reference leads to something other than a byte[]', start)
    }
    if (kind === tag.object) return fail(`Expected byte[] but found class ${className()}`, start)
    if (kind !== tag.array) return fail(`Expected byte[] but found tag 0x${kind.toString(16)}`, start)
    const desc = u8()
    if (desc === tag.classDesc) {
      const name = text()
      if (name !== byteArrayName) fail(`Expected byte[] but found class ${name}`, start)
      expectBytes(byteArrayTail, 'class byte[]')
      handles.push('byte[] class')
    } else if (desc !== tag.reference || handles[i32() - baseHandle] !== 'byte[] class') {
      fail('an array is of another class than byte[]', start)
    }
    const length = i32()
    if (length < 0) fail(`an array has the length ${length}`, start)
    const from = take(length)
    const array = view.subarray(from, at)
    handles.push(array)
    return array
  }

  if (view.readUInt16BE(take(2)) !== 0xaced || view.readUInt16BE(take(2)) !== 5) fail('it does not begin as a Java serialisation stream does (aced0005)', 0)
  const first = u8()
  if (first !== tag.object) {
    fail(`Expected HashMap but found ${first === tag.string ? 'class java.lang.String' : first === tag.null ? 'null' : `tag 0x${first.toString(16)}`}`)
  }
  const name = className()
  if (name !== hashMapName) fail(`Expected HashMap but found class ${name}`)
  expectBytes(hashMapTail, `class ${hashMapName}`)
  handles.push('class', 'map')
  const loadFactor = view.readFloatBE(take(4))
  if (!(loadFactor > 0)) fail(`the map has the load factor ${loadFactor}`)
  i32() // the threshold: Java computes its own
  if (u8() !== tag.blockData || u8() !== 8) fail('the size of the map is missing')
  i32() // the number of buckets: Java computes its own
  const size = i32()
  if (size < 0) fail(`the map has the size ${size}`)
  const entries: JavaEntry[] = []
  for (let index = 0; index < size; index++) entries.push({ key: bytesOrNull(), value: bytesOrNull() })
  if (u8() !== tag.endBlockData) fail('the map has more entries than it says', at - 1)
  if (at !== view.length) fail(`${view.length - at} bytes follow the map`)
  return entries
}

const minBuckets = 16
const loadFactor = 0.75

/** The stream as Java writes it for a map that holds the entries, in the given order (Java reads any order). */
export const writeJavaHashMap = (entries: readonly JavaEntry[]): Uint8Array => {
  let buckets = minBuckets
  while (entries.length > buckets * loadFactor) buckets *= 2
  const parts: Uint8Array[] = []
  const head = Buffer.alloc(4 + 2 + 2 + hashMapName.length + hashMapTail.length + 8 + 10)
  let at = head.writeUInt32BE(0xaced0005, 0)
  at = head.writeUInt8(tag.object, at)
  at = head.writeUInt8(tag.classDesc, at)
  at = head.writeUInt16BE(hashMapName.length, at)
  at += head.write(hashMapName, at, 'latin1')
  at += hashMapTail.copy(head, at)
  at = head.writeFloatBE(loadFactor, at)
  at = head.writeInt32BE(entries.length === 0 ? 0 : buckets * loadFactor, at)
  at = head.writeUInt8(tag.blockData, at)
  at = head.writeUInt8(8, at)
  at = head.writeInt32BE(buckets, at)
  head.writeInt32BE(entries.length, at)
  parts.push(head)

  let declared = false
  const push = (bytes: Uint8Array | null): void => {
    if (bytes === null) return void parts.push(Uint8Array.of(tag.null))
    const length = Buffer.alloc(4)
    length.writeInt32BE(bytes.length)
    parts.push(declared ? arrayAgain : firstArray, length, bytes)
    declared = true
  }
  for (const { key, value } of entries) {
    push(key)
    push(value)
  }
  parts.push(Uint8Array.of(tag.endBlockData))
  return Buffer.concat(parts)
}
const firstArray = Buffer.concat([Buffer.from([tag.array, tag.classDesc, 0, byteArrayName.length]), Buffer.from(byteArrayName, 'latin1'), byteArrayTail])
const arrayAgain = Buffer.from([tag.array, tag.reference, 0x00, 0x7e, 0x00, 0x02])
