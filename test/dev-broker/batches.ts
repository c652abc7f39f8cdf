/** Record batches for tests, built independently of the code under test: uncompressed v2, one value per record. */
import { crc32c } from '@node-rs/crc32'

export type BatchSpec = {
  readonly values: readonly string[]
  readonly timestamps?: readonly number[]
  readonly producerId?: number
  readonly producerEpoch?: number
  readonly sequence?: number
  readonly attributes?: number
}

const varint = (value: number): Buffer => {
  const bytes: number[] = []
  let rest = value >= 0 ? value * 2 : -value * 2 - 1
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}

export const batch = ({ values, timestamps = values.map(() => 1000), producerId = -1, producerEpoch = -1, sequence = -1, attributes = 0 }: BatchSpec): Buffer => {
  const base = timestamps[0] ?? 0
  const records = values.map((value, position) => {
    const body = Buffer.concat([Buffer.from([0]), varint((timestamps[position] ?? 0) - base), varint(position), varint(-1), varint(value.length), Buffer.from(value), varint(0)])
    return Buffer.concat([varint(body.length), body])
  })
  const bytes = Buffer.concat([Buffer.alloc(61), ...records])
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt8(2, 16)
  bytes.writeInt16BE(attributes, 21)
  bytes.writeInt32BE(values.length - 1, 23)
  bytes.writeBigInt64BE(BigInt(base), 27)
  bytes.writeBigInt64BE(BigInt(Math.max(...timestamps)), 35)
  bytes.writeBigInt64BE(BigInt(producerId), 43)
  bytes.writeInt16BE(producerEpoch, 51)
  bytes.writeInt32BE(sequence, 53)
  bytes.writeInt32BE(values.length, 57)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}
