/** The order of Java's hash tables. */
import { expect, test } from 'vitest'
import { inHashOrder } from '../../src/data/java-hash.ts'

test('texts stand in the order in which a HashSet of Java goes over them', () => {
  // as JDK 17 prints new HashSet<>(List.of(…)); Aa and BB have the same hash
  expect(inHashOrder(['in', 'b', 'a.b', 'a', 'missing', 'one', 'two', 'three', 'Aa', 'BB', 'text', 'number', 'h1'])).toEqual(['Aa', 'BB', 'a', 'b', 'in', 'one', 'h1', 'two', 'three', 'number', 'a.b', 'missing', 'text'])
  expect(inHashOrder(['two', 'BB', 'Aa'])).toEqual(['BB', 'Aa', 'two'])
})
