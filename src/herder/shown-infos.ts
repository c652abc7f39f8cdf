/**
 * What validation shows of values that config providers gave: the variables as they were given, never what stands for them. What
 * plugins say of their values, and recommend, goes without them too; what they say, also without passwords.
 */
import { resolvedSecrets } from '../config/secrets.ts'
import { hasVariable } from '../config/config-provider.ts'
import { isSecret, withoutSecrets } from '../log-secrets.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { RawConfig } from './configuration.ts'
import type { ConfigInfos } from './types.ts'

export const shownInfos = (infos: ConfigInfos, raw: RawConfig, resolved: StringMap): ConfigInfos => {
  // a longer one first, or its rest would stay
  const secrets = resolvedSecrets(raw, resolved).filter(isSecret).toSorted((a, b) => b.length - a.length)
  const hide = (text: string): string => secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text)
  return {
    ...infos,
    configs: infos.configs.map(({ definition, value }) => {
      const given = raw[value.name] ?? ''
      const shown = value.value === null ? null : hasVariable(given) && value.value !== '[hidden]' ? given : hide(value.value)
      return { definition, value: { ...value, value: shown, recommended_values: value.recommended_values.map(hide), errors: value.errors.map((text) => withoutSecrets(hide(text))) } }
    }),
  }
}
