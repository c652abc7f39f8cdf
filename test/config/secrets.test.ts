/** Which texts of a configuration nobody may see. */
import { expect, test } from 'vitest'
import { secretsOf } from '../../src/config/secrets.ts'

test('what a provider put in is a secret, and only that part of the value', () => {
  expect(secretsOf({ url: 'db://${file:/s:user}:${file:/s:word}@host', topic: 't' }, { url: 'db://ann:hunter22@host', topic: 't' }, [])).toEqual(['ann', 'hunter22'])
  expect(secretsOf({ a: '${x:y}' }, { a: 'v' }, [])).toEqual(['v'])
})
test('a variable nobody resolved is no secret', () => {
  expect(secretsOf({ a: '${nobody:y}' }, { a: '${nobody:y}' }, [])).toEqual([])
})
test.each(['ssl.key.passphrase', 'client.secret', 'aws.credentials', 'bearer.auth.token', 'ssl.private.key', 'value.converter.schema.registry.basic.auth.user.info', 'Keystore.Password'])('%s is one by its name', (key) => {
  expect(secretsOf({}, { [key]: 'v', topic: 't' }, [])).toEqual(['v'])
})
test('keys of type PASSWORD are secrets, and those that are by their name', () => {
  expect(secretsOf({}, { pin: '123456', 'value.converter.basic.auth.user.info': 'me:pw', 'consumer.override.sasl.jaas.config': 'login', file: '/f' }, ['pin'])).toEqual(['123456', 'me:pw', 'login'])
})
