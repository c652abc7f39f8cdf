/**
 * What validation shows of values that config providers gave: the variables as they were given, never what stands for them. What
 * plugins say of their values goes without passwords too.
 */
import { resolvedSecrets } from '../config/secrets.ts'
import { hasVariable } from '../config/config-provider.ts'
import { withoutSecrets } from '../log.ts'
import type { StringMap } from '../wire/guest-api.ts'
import type { RawConfig } from './configuration.ts'
import type { ConfigInfos } from './types.ts'

/** Shorter ones are everyday words and numbers; hiding those would make messages unreadable and hide nothing. */
const minSecretLength = 4

export const shownInfos = (infos: ConfigInfos, raw: RawConfig, resolved: StringMap): ConfigInfos => {
  const secrets = resolvedSecrets(raw, resolved).filter((text) => text.length >= minSecretLength)
  const hide = (text: string): string => secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text)
  return {
    ...infos,
    configs: infos.configs.map(({ definition, value }) => {
      const given = raw[value.name] ?? ''
      const shown = value.value === null ? null : hasVariable(given) && value.value !== '[hidden]' ? given : hide(value.value)
      return { definition, value: { ...value, value: shown, errors: value.errors.map((text) => withoutSecrets(hide(text))) } }
    }),
  }
}
