/** Property names: unknown ones are told with the nearest known, known ones without effect once, the worker's own never. */
import { expect, test } from 'vitest'
import { booleanOf, choiceOf, listOf, numberOf } from '../../src/kafka/client-config.ts'
import { type ClientKind, reportUnknown } from '../../src/kafka/client-property-names.ts'
import type { ClientProperties } from '../../src/kafka/types.ts'
import type { Logger } from '../../src/log.ts'

const reported = (kind: ClientKind, properties: ClientProperties): string[] => {
  const lines: string[] = []
  const log: Logger = {
    error() {}, debug() {}, trace() {}, isEnabled: () => true, with: () => log,
    warn: (message) => lines.push(`WARN ${message}`),
    info: (message) => lines.push(`INFO ${message}`),
  }
  reportUnknown(kind, properties, log)
  return lines
}

test('a slip is a warning that names the key meant', () => {
  expect(reported('producer', { 'linger.msec': '5' })).toEqual(["WARN The producer configuration 'linger.msec' is unknown to Kafka and has no effect. Did you mean 'linger.ms'?"])
  expect(reported('consumer', { 'max.poll.record': '5' })).toEqual(["WARN The consumer configuration 'max.poll.record' is unknown to Kafka and has no effect. Did you mean 'max.poll.records'?"])
})
test('a key like no other is a warning without a guess', () => {
  expect(reported('producer', { zzz: '1' })).toEqual(["WARN The producer configuration 'zzz' is unknown to Kafka and has no effect."])
})
test('a key of another client is unknown here', () => {
  expect(reported('producer', { 'max.poll.records': '5' })).toHaveLength(1)
  expect(reported('consumer', { 'linger.ms': '5' })).toHaveLength(1)
})
test('known keys without effect are told why', () => {
  expect(reported('producer', { 'interceptor.classes': 'a.B' })).toEqual(["INFO The producer configuration 'interceptor.classes' has no effect here: Java classes cannot be loaded."])
})
test('what works, and what the worker gives to all clients, is not worth a line', () => {
  expect(reported('producer', { 'bootstrap.servers': 'x', 'linger.ms': '1', 'key.serializer': 'x', 'metrics.context.connect.group.id': 'g', 'ssl.truststore.location': '/x', 'client.id': 'c', 'sasl.jaas.config': 'x' })).toEqual([])
  expect(reported('consumer', { 'group.id': 'g', 'enable.auto.commit': 'false', 'auto.offset.reset': 'earliest', 'value.deserializer': 'x' })).toEqual([])
})
test('an admin client is given every worker key: only likely slips are told', () => {
  expect(reported('admin', { 'plugin.path': '/x', 'offset.flush.interval.ms': '1', 'retries': '3' })).toEqual([])
  expect(reported('admin', { 'request.timeoutms': '1' })).toHaveLength(1)
})

test('numbers, booleans, choices and lists are read as Kafka reads them', () => {
  expect(numberOf({}, 'linger.ms')).toBe(5)
  expect(numberOf({ 'linger.ms': ' 7 ' }, 'linger.ms')).toBe(7)
  expect(numberOf({ 'max.block.ms': '9223372036854775807' }, 'max.block.ms')).toBe(2 ** 63)
  expect(() => numberOf({ 'linger.ms': '1.5' }, 'linger.ms')).toThrow('Invalid value 1.5 for configuration linger.ms: Not a number of type LONG')
  expect(() => numberOf({ 'linger.ms': '-1' }, 'linger.ms')).toThrow(/at least 0/)
  expect(booleanOf({ x: 'TRUE' }, 'x', false)).toBe(true)
  expect(() => booleanOf({ x: 'yes' }, 'x', false)).toThrow('Expected value to be either true or false')
  expect(choiceOf({}, 'x', ['a', 'b'], 'b')).toBe('b')
  expect(() => choiceOf({ x: 'c' }, 'x', ['a', 'b'], 'b')).toThrow('String must be one of: a, b')
  expect(listOf({ x: 'a, b,,' }, 'x', [])).toEqual(['a', 'b'])
})
