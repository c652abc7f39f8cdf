import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolError } from '../../src/dev-broker/protocol/reader.ts'
import { FrameCutter } from '../../src/dev-broker/server/frames.ts'

const framed = (body: Uint8Array): Buffer => {
  const size = Buffer.alloc(4)
  size.writeInt32BE(body.length)
  return Buffer.concat([size, body])
}

test('requests come out whole however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 8, maxLength: 200 })), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (bodies, cuts) => {
      const stream = Buffer.concat(bodies.map(framed))
      const cutter = new FrameCutter()
      const frames: Buffer[] = []
      for (let at = 0, turn = 0; at < stream.length; turn++) {
        const size = cuts[turn % cuts.length] ?? 1
        frames.push(...cutter.push(stream.subarray(at, at + size)))
        at += size
      }
      expect(frames).toEqual(bodies.map((body) => Buffer.from(body)))
    }),
  )
})

test('an HTTP request or a negative size is refused at once', () => {
  expect(() => new FrameCutter().push(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(ProtocolError)
  expect(() => new FrameCutter().push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(ProtocolError)
})
