/** Our ConfigDefs, made as a case says, and what they say of a configuration. */
import { ConfigDef } from '../../src/data/config-def.ts'
import type { Recommender } from '../../src/data/config-key.ts'
import type { Validator } from '../../src/data/config-validators.ts'
import { ConfigException } from '../../src/data/errors.ts'
import type { Answer, Case, KeySpec, ValidatorSpec } from './cases.ts'

type Of<Op extends Case['op']> = Extract<Case, { readonly op: Op }>

export const madeOf = ({ keys, embedded }: Of<'define' | 'defineAndValidate' | 'defineAndParse'>): ConfigDef => {
  const def = defined(keys)
  if (embedded !== undefined) def.embed(embedded.prefix, embedded.group, embedded.order, defined(embedded.keys))
  return def
}
const defined = (keys: readonly KeySpec[]): ConfigDef => {
  const def = new ConfigDef()
  for (const { name, type, default: defaultValue, validator, importance, group, order, width, display, dependents, recommender, internal } of keys) {
    def.define(name, {
      type, importance, group, width, dependents, defaultValue: defaultValue === undefined ? ConfigDef.NO_DEFAULT_VALUE : defaultValue, validator: validator === undefined ? null : validatorOf(validator),
      orderInGroup: order, displayName: display, recommender: recommender === undefined ? null : recommenderOf(recommender), internalConfig: internal,
    })
  }
  return def
}
const numberOf = (text: string): number | bigint => (text.includes('.') ? Number(text) : BigInt(text))
const validatorOf = (spec: ValidatorSpec): Validator => {
  switch (spec[0]) {
    case 'atLeast': return ConfigDef.Range.atLeast(numberOf(spec[1]))
    case 'between': return ConfigDef.Range.between(numberOf(spec[1]), numberOf(spec[2]))
    case 'in': return ConfigDef.ValidString.in(...spec[1])
    case 'inIgnoringCase': return ConfigDef.CaseInsensitiveValidString.in(...spec[1])
    case 'anyList': return ConfigDef.ValidList.anyNonDuplicateValues(spec[1], spec[2])
    case 'listIn': return ConfigDef.ValidList.in(spec[1], ...spec[2])
    case 'nonNull': return new ConfigDef.NonNullValidator()
    case 'nonEmpty': return new ConfigDef.NonEmptyString()
    case 'noControl': return ConfigDef.NonEmptyStringWithoutControlChars.nonEmptyStringWithoutControlChars()
    case 'listSize': return ConfigDef.ListSize.atMostOfSize(spec[1])
    case 'all': return ConfigDef.CompositeValidator.of(...spec[1].map(validatorOf))
    case 'refusing': return ConfigDef.LambdaValidator.with((name, value) => {
      if (ConfigDef.convertToString(value, null) === spec[1]) throw new ConfigException(name, value, 'refused')
    }, () => `not ${spec[1]}`)
  }
}
const recommenderOf = ({ values = [], when, fails = false }: NonNullable<KeySpec['recommender']>): Recommender => ({
  validValues: (name) => {
    if (fails) throw new ConfigException(`nothing to offer for ${name}`)
    return [...values]
  },
  visible: (_name, parsed) => when === undefined || ConfigDef.convertToString(parsed[when[0]] ?? null, null) === when[1],
})

export const keysAnswer = (def: ConfigDef): Answer => {
  const all = [...def.configKeys().values()]
  return { names: all.map(({ name }) => name), groups: def.groups(), validators: all.map(({ validator }) => validator?.toString() ?? ''), keys: def.toJson() }
}
export const parsedAnswer = (def: ConfigDef, config: Readonly<Record<string, string | null>>): Answer => {
  const parsed = def.parse(config)
  return { parsed: Object.fromEntries([...def.configKeys().values()].map(({ name, type }) => [name, ConfigDef.convertToString(parsed[name] ?? null, type)])) }
}
