/** Connector configurations drawn by fast-check: converters with their options, chains of transformations with predicates. */
import fc from 'fast-check'
import type { Config } from '../../parity/cases.ts'
import { otherConfigs, regex, sidedConfigs } from '../../parity/generated-transforms.ts'
import { classes } from '../../parity/shorthand.ts'

const pick = <T>(...of: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...of)
const prefixed = (prefix: string, config: Config): Config => Object.fromEntries(Object.entries(config).map(([key, value]) => [`${prefix}.${key}`, value]))

const json = fc.record({ 'schemas.enable': pick('true', 'false'), 'decimal.format': pick('BASE64', 'NUMERIC', 'numeric'), 'replace.null.with.default': pick('true', 'false') }, { requiredKeys: [] }).map((config): Config => ({ '': classes.json, ...config }))
const text = fc.option(pick('UTF-8', 'UTF-16', 'ISO-8859-1', 'US-ASCII', 'windows-1252'), { freq: 1 }).map((encoding): Config => ({ '': classes.string, ...(encoding === null ? {} : { 'converter.encoding': encoding }) }))
const { json: _json, string: _string, simpleHeader, ...plain } = classes
const others = pick(...Object.values(plain)).map((name): Config => ({ '': name }))
const simple = fc.constant<Config>({ '': simpleHeader })
const converter = (side: string, weights: readonly [json: number, text: number, others: number, simple: number]): fc.Arbitrary<Config> =>
  fc.oneof(...[json, text, others, simple].map((arbitrary, index) => ({ weight: weights[index] ?? 0, arbitrary }))).map(({ '': name, ...config }) => ({ [`${side}.converter`]: name ?? '', ...prefixed(`${side}.converter`, config) }))
export const converters: fc.Arbitrary<Config> = fc.tuple(converter('key', [5, 3, 1, 0]), converter('value', [7, 2, 1, 0]), fc.option(converter('header', [3, 2, 1, 2]), { freq: 2 })).map((all) => Object.assign({}, ...all.filter((each) => each !== null)) as Config)

const transformation: fc.Arbitrary<Config> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.entries(sidedConfigs)).chain(([name, config]) => fc.tuple(config, pick('Key', 'Value', 'Value')).map(([of, side]): Config => ({ type: `org.apache.kafka.connect.transforms.${name}$${side}`, ...of }))) },
  { weight: 1, arbitrary: fc.constantFrom(...Object.entries(otherConfigs).filter(([name]) => name !== 'Filter')).chain(([name, config]) => config.map((of): Config => ({ type: `org.apache.kafka.connect.transforms.${name}`, ...of }))) },
)
const predicate: fc.Arbitrary<Config> = fc.oneof(
  regex.map((pattern): Config => ({ type: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches', pattern })),
  pick('foo', 'foo.*', '.*[0-9]').map((pattern): Config => ({ type: 'org.apache.kafka.connect.transforms.predicates.TopicNameMatches', pattern })),
  pick('h1', 'h2', 'a', 'new').map((name): Config => ({ type: 'org.apache.kafka.connect.transforms.predicates.HasHeaderKey', name })),
  fc.constant<Config>({ type: 'org.apache.kafka.connect.transforms.predicates.RecordIsTombstone' }),
)
/** Under a predicate, its opposite, or none. */
const step = fc.tuple(transformation, fc.option(pick('p0', 'p1', 'p2'), { freq: 1 }), fc.option(pick('true', 'false'), { freq: 1 })).map(([of, name, negate]): Config => (name === null ? of : { ...of, predicate: name, ...(negate === null ? {} : { negate }) }))
const filter = fc.tuple(pick('p0', 'p1', 'p2'), pick('true', 'false')).map(([name, negate]): Config => ({ type: 'org.apache.kafka.connect.transforms.Filter', predicate: name, negate }))

/** Up to four transformations; `last`: one more, behind all others. */
export const chain = (last?: Config, routers = true): fc.Arbitrary<Config> => fc.tuple(fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: filter }), { maxLength: 4 }), fc.array(predicate, { minLength: 3, maxLength: 3 })).map(([drawn, predicates]) => {
  const all = [...drawn.filter(({ type }) => routers || type?.endsWith('Router') !== true), ...(last === undefined ? [] : [last])]
  if (all.length === 0) return {}
  const used = predicates.flatMap((of, index) => (all.some(({ predicate: name }) => name === `p${index}`) ? [[`p${index}`, of] as const] : []))
  return {
    transforms: all.map((_, index) => `t${index}`).join(','), ...Object.assign({}, ...all.map((of, index) => prefixed(`transforms.t${index}`, of))) as Config,
    ...(used.length === 0 ? {} : { predicates: used.map(([name]) => name).join(','), ...Object.assign({}, ...used.map(([name, of]) => prefixed(`predicates.${name}`, of))) as Config }),
  }
})
