/** ConsumerProtocol's bytes, each sample made by Kafka 4.3.1's own classes. */
import { expect, test } from 'vitest'
import { decodeAssignment, decodeSubscription, encodeAssignment, encodeSubscription } from '../../src/kafka/assignors/consumer-protocol.ts'
import { cooperativeStickyAssignor, stickyAssignor } from '../../src/kafka/assignors/sticky.ts'

const owned = new Map([['t2', [1]], ['t1', [0, 2]]])
const subscriptions = {
  0: '00000000000200027431000274320000000400000007',
  1: '000100000002000274310002743200000004000000070000000200027431000000020000000000000002000274320000000100000001',
  2: '00020000000200027431000274320000000400000007000000020002743100000002000000000000000200027432000000010000000100000007',
  3: '00030000000200027431000274320000000400000007000000020002743100000002000000000000000200027432000000010000000100000007ffff',
}

test('a subscription is written as Java writes version 3', () => {
  expect(encodeSubscription({ topics: ['t2', 't1'], userData: Buffer.from([0, 0, 0, 7]), owned, generation: 7 }).toString('hex')).toBe(subscriptions[3])
  expect(encodeSubscription({ topics: ['t'], userData: null, owned: new Map(), generation: -1 }).toString('hex')).toBe('000300000001000174ffffffff00000000ffffffffffff')
})

test.for([[0, new Map(), -1], [1, owned, -1], [2, owned, 7], [3, owned, 7]] as const)('a subscription of version %i is read', ([version, expected, generation]) => {
  const read = decodeSubscription(Buffer.from(subscriptions[version], 'hex'))
  expect(read).toEqual({ topics: ['t1', 't2'], userData: Buffer.from([0, 0, 0, 7]), owned: expected, generation })
})

test('a subscription of a later version is read as far as it is known', () => {
  const later = Buffer.concat([Buffer.from(subscriptions[3], 'hex'), Buffer.from('0001020304', 'hex')])
  later.writeInt16BE(9)
  expect(decodeSubscription(later)).toMatchObject({ topics: ['t1', 't2'], owned, generation: 7 })
})

test('an assignment is written so that Java reads it, and Java\'s is read in every version', () => {
  expect(encodeAssignment(owned).toString('hex')).toBe('00030000000200027431000000020000000000000002000274320000000100000001ffffffff')
  for (const version of ['0000', '0001', '0002', '0003'])
    expect(decodeAssignment(Buffer.from(`${version}0000000200027432000000010000000100027431000000020000000000000002ffffffff`, 'hex'))).toEqual(owned)
  expect(decodeAssignment(new Uint8Array())).toEqual(new Map())
})

test('the sticky assignors\' user data is Java\'s', () => {
  expect(stickyAssignor.userData(new Map(), -1)).toBeNull()
  expect(Buffer.from(stickyAssignor.userData(owned, 5) ?? []).toString('hex')).toBe('000000020002743100000002000000000000000200027432000000010000000100000005')
  expect(Buffer.from(cooperativeStickyAssignor.userData(owned, 5) ?? []).toString('hex')).toBe('00000005')
  expect(Buffer.from(cooperativeStickyAssignor.userData(new Map(), -1) ?? []).toString('hex')).toBe('ffffffff')
})

test('damaged user data makes a member without a past, not an error', () => {
  const damaged = { memberId: 'm', groupInstanceId: null, topics: ['t'], userData: Buffer.from('0000ffff00', 'hex'), owned: new Map<string, number[]>(), generation: -1 }
  expect(stickyAssignor.assign([damaged], new Map([['t', 1]])).get('m')).toEqual(new Map([['t', [0]]]))
})
