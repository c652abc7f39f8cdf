/**
 * The keys of converters, transformations and predicates that bundles bring, for the validation of a configuration that names them:
 * asked of the plugins in their cells beforehand, so that the validation itself stays pure. A plugin's own findings about its values
 * come out as its keys' validators.
 */
import type { PluginKind, PluginLookups } from '../config/connector-config-def.ts'
import { withPrefix } from '../config/worker-config.ts'
import { ConfigDef } from '../data/config-def.ts'
import { NO_DEFAULT_VALUE } from '../data/config-key.ts'
import { convertToString } from '../data/config-parse.ts'
import { ConfigException } from '../data/errors.ts'
import type { Plugin, Shelf } from '../plugins/types.ts'
import type { ConfigKeyJson, ConfigValueJson, StringMap } from '../wire/guest-api.ts'
import type { PluginCells } from './plugin-cells.ts'
import { isBuiltIn } from './plugin-lookups.ts'

type Reference = { readonly kind: PluginKind; readonly at: string; readonly name: string }

/** The lookups with what the plugins of `props` have said. What could not be learned is thrown where it is asked for. */
export const withGuestConfigDefs = async (props: StringMap, lookups: PluginLookups, shelf: Pick<Shelf, 'find'>, cells: Pick<PluginCells, 'describe' | 'validate'>): Promise<PluginLookups> => {
  const learned = new Map<string, () => ConfigDef>()
  await Promise.all(references(props).map(async ({ kind, at, name }) => {
    const className = lookups.className(kind, name)
    if (className === null || isBuiltIn(kind, className)) return
    try {
      const plugin = shelf.find(className, props[`${at}.plugin.version`] ?? null, kind)
      const def = guestConfigDef(await learn(plugin, withPrefix(props, `${at}.`), cells))
      learned.set(at, () => def)
    } catch (error) {
      learned.set(at, () => {
        throw error
      })
    }
  }))
  if (learned.size === 0) return lookups
  return { ...lookups, configDef: (kind, className, version, at) => learned.get(at ?? '')?.() ?? lookups.configDef(kind, className, version, at) }
}

const list = (text: string | undefined): readonly string[] => [...new Set((text ?? '').split(',').map((item) => item.trim()).filter((item) => item !== ''))]
const references = (props: StringMap): readonly Reference[] => [
  ...(['key.converter', 'value.converter'] as const).map((at) => ({ kind: 'converter' as const, at, name: props[at] ?? '' })),
  { kind: 'header_converter' as const, at: 'header.converter', name: props['header.converter'] ?? '' },
  ...list(props['transforms']).map((alias) => ({ kind: 'transformation' as const, at: `transforms.${alias}`, name: props[`transforms.${alias}.type`] ?? '' })),
  ...list(props['predicates']).map((alias) => ({ kind: 'predicate' as const, at: `predicates.${alias}`, name: props[`predicates.${alias}.type`] ?? '' })),
].filter(({ name }) => name !== '')

type Learned = { readonly keys: readonly ConfigKeyJson[]; readonly values: readonly ConfigValueJson[] }
const learn = async (plugin: Plugin, props: StringMap, cells: Pick<PluginCells, 'describe' | 'validate'>): Promise<Learned> => {
  const [{ config }, values] = await Promise.all([cells.describe(plugin), cells.validate(plugin, props)])
  return { keys: config, values }
}

const guestConfigDef = ({ keys, values }: Learned): ConfigDef => {
  const def = new ConfigDef()
  const said = new Map(values.map(({ name, errors, recommendedValues, visible }) => [name, { errors, recommendedValues, visible }]))
  for (const { name, type, required, defaultValue, importance, documentation, group, orderInGroup, width, displayName, dependents } of keys) {
    const own = said.get(name)
    def.define(name, {
      type, importance, documentation, group, orderInGroup, width, displayName, dependents,
      defaultValue: required ? NO_DEFAULT_VALUE : (defaultValue ?? null),
      validator: ConfigDef.LambdaValidator.with((_, value) => {
        // a default is validated when it is defined, too, and what the plugin said is about the value given
        if (!required && convertToString(value, type) === (defaultValue ?? null)) return
        // what cannot be parsed at all has been said already, in the same words
        if (own !== undefined && own.errors.length > 0 && (value !== null || !isParseError(own.errors))) throw new ConfigException(own.errors.join('; '))
      }),
      recommender: own === undefined ? null : { validValues: () => own.recommendedValues, visible: () => own.visible },
    })
  }
  return def
}
const isParseError = (errors: readonly string[]): boolean => errors.every((error) => /Not a number of type|Expected value to be either true or false|Missing required configuration/.test(error))
