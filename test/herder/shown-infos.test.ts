/** What a validation shows of values that config providers gave. */
import { afterEach, expect, test } from 'vitest'
import type { ConfigInfos } from '../../src/config/config-infos.ts'
import { hideSecrets } from '../../src/log-secrets.ts'
import { shownInfos } from '../../src/herder/shown-infos.ts'

afterEach(() => hideSecrets('c', []))
type Value = ConfigInfos['configs'][number]['value']
const shown = (raw: Readonly<Record<string, string>>, resolved: Readonly<Record<string, string>>, values: readonly (Partial<Value> & { readonly name: string })[]): readonly Value[] => {
  const configs = values.map((value) => ({ definition: null, value: { value: null, recommended_values: [], errors: [], visible: true, ...value } }))
  return shownInfos({ name: 'c', error_count: 0, groups: [], configs }, raw, resolved).configs.map(({ value }) => value)
}

test('a value that was given with a variable is shown so, a password stays hidden', () => {
  const raw = { url: 'db://${env:PIN}@host', pin: '${env:PIN}' }
  const resolved = { url: 'db://hunter22@host', pin: 'hunter22' }
  expect(shown(raw, resolved, [{ name: 'url', value: 'db://hunter22@host' }, { name: 'pin', value: '[hidden]' }]).map(({ value }) => value)).toEqual(['db://${env:PIN}@host', '[hidden]'])
})
test('what a plugin makes of a secret is hidden: under another key, among what it recommends, in what it says', () => {
  const [other] = shown({ pin: '${env:PIN}' }, { pin: 'hunter22' }, [{ name: 'other', value: 'with hunter22', recommended_values: ['hunter22', 'plain'], errors: ['not hunter22'] }])
  expect(other).toMatchObject({ value: 'with [hidden]', recommended_values: ['[hidden]', 'plain'], errors: ['not [hidden]'] })
})
test('nothing is left of a secret that has a shorter one in it', () => {
  const raw = { user: '${env:USER}', pin: '${env:PIN}' }
  const [other] = shown(raw, { user: 'hunter', pin: 'hunter22' }, [{ name: 'other', value: 'hunter22', errors: ['hunter22'] }])
  expect(other).toMatchObject({ value: '[hidden]', errors: ['[hidden]'] })
})
test('everyday words that a provider gave hide nothing', () => {
  const raw = { 'errors.log.enable': '${env:LOG}', tasks: '${env:N}' }
  const [other] = shown(raw, { 'errors.log.enable': 'true', tasks: '1' }, [{ name: 'other', value: 'true', recommended_values: ['true', '1'] }])
  expect(other).toMatchObject({ value: 'true', recommended_values: ['true', '1'] })
})
test('passwords that were given as they are do not stand in what plugins say', () => {
  hideSecrets('c', ['hunter22'])
  expect(shown({}, {}, [{ name: 'pin', value: 'hunter22', errors: ['not hunter22'] }])).toMatchObject([{ value: 'hunter22', errors: ['not [hidden]'] }])
})
