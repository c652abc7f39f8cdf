/**
 * Variables in configurations: `${provider:[path:]key}` is replaced by what the provider of that name (`config.providers`) has under
 * the key; an unknown provider or key leaves the text as it is. What is stored and shown keeps the variables.
 */
import { ConfigException } from '../data/errors.ts'
import { ConnectError, messageOf } from '../errors.ts'
import { logger } from '../log.ts'
import { createDirectoryProvider, createEnvVarProvider, createFileProvider } from './config-providers.ts'
import { replaceVariables, type Variable, variablesOf } from './variables.ts'
import { withPrefix, type StringMap } from './worker-config.ts'

export interface ConfigProvider {
  /** Values of those of `keys` that there are. `ttlMs`: they may change after that long. Throws when the path cannot be read. */
  get(path: string, keys: ReadonlySet<string>): Promise<{ readonly data: Readonly<StringMap>; readonly ttlMs?: number }>
}
export interface ConfigProviders {
  /** Replaces the variables of all values. Null values stay. */
  resolve<T extends string | null>(props: Readonly<Record<string, T>>): Promise<Record<string, T>>
  /** The same, with the shortest time after which a value may change, or null. */
  resolveWithTtl<T extends string | null>(props: Readonly<Record<string, T>>): Promise<{ readonly props: Record<string, T>; readonly ttlMs: number | null }>
}
export type Environment = Readonly<Record<string, string | undefined>>
type MakeProvider = (params: Readonly<StringMap>, env: Environment) => ConfigProvider

const log = logger('org.apache.kafka.common.config.AbstractConfig')
const makers: Readonly<Record<string, MakeProvider>> = {
  'org.apache.kafka.common.config.provider.FileConfigProvider': createFileProvider,
  'org.apache.kafka.common.config.provider.DirectoryConfigProvider': createDirectoryProvider,
  'org.apache.kafka.common.config.provider.EnvVarConfigProvider': createEnvVarProvider,
}
const maxTold = 1000
/** True when a value holds something that looks like a variable. */
export const hasVariable = (value: string): boolean => variablesOf(value).length > 0

export const createConfigProviders = (providers: ReadonlyMap<string, ConfigProvider>): ConfigProviders => {
  const told = new Set<string>()
  /** Once each: the same configuration is resolved again for every start of a task. */
  const tellUnresolved = ({ provider, path, key }: Pick<Variable, 'provider' | 'path' | 'key'>): null => {
    const why = providers.has(provider) ? `config provider '${provider}' has no key '${key}'${path === '' ? '' : ` in '${path}'`}` : `there is no config provider '${provider}'`
    if (told.size < maxTold && told.size !== told.add(why).size) log.warn(`A variable stays in a configuration as it is: ${why}`)
    return null
  }
  const lookUp = async (values: readonly string[]) => {
    const wanted = new Map<string, Map<string, Set<string>>>()
    for (const { provider, path, key } of values.flatMap(variablesOf)) {
      const paths = wanted.get(provider) ?? new Map<string, Set<string>>()
      wanted.set(provider, paths.set(path, (paths.get(path) ?? new Set<string>()).add(key)))
    }
    const found = new Map<string, Readonly<StringMap>>()
    let ttlMs: number | null = null
    for (const [name, paths] of wanted) {
      for (const [path, keys] of paths) {
        const answer = await providers.get(name)?.get(path, keys)
        if (answer === undefined) continue
        found.set(`${name}\0${path}`, answer.data)
        if (answer.ttlMs !== undefined && answer.ttlMs >= 0) ttlMs = Math.min(ttlMs ?? Infinity, answer.ttlMs)
      }
    }
    return { found, ttlMs }
  }
  const resolveWithTtl: ConfigProviders['resolveWithTtl'] = async (props) => {
    const { found, ttlMs } = await lookUp(Object.values(props).filter((value): value is NonNullable<typeof value> => value !== null))
    const replace = (value: string): string =>
      replaceVariables(value, ({ provider, path, key }) => {
        const data = found.get(`${provider}\0${path}`)
        return data !== undefined && Object.hasOwn(data, key) ? (data[key] ?? null) : tellUnresolved({ provider, path, key })
      })
    return { props: mapValues(props, replace), ttlMs }
  }
  return { resolveWithTtl, resolve: async (props) => (await resolveWithTtl(props)).props }
}
const mapValues = <T extends string | null>(props: Readonly<Record<string, T>>, map: (value: string) => string): Record<string, T> =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [key, (typeof value === 'string' ? map(value) : value) as T]))

const builtInMaker = (className: string): MakeProvider | undefined => makers[className] ?? Object.entries(makers).find(([full]) => full.endsWith(`.${className}`))?.[1]

export type ProviderSettings = { readonly name: string; readonly className: string; readonly params: StringMap; readonly isBuiltIn: boolean }
/** The providers a worker's properties name: `config.providers=a,b`, `config.providers.a.class`, `config.providers.a.param.*`. */
export const providerSettings = (props: Readonly<StringMap>): readonly ProviderSettings[] =>
  (props['config.providers'] ?? '').split(',').map((item) => item.trim()).filter((item) => item !== '').flatMap((name): readonly ProviderSettings[] => {
    const className = props[`config.providers.${name}.class`]?.trim()
    return className === undefined ? [] : [{ name, className, params: withPrefix(props, `config.providers.${name}.param.`), isBuiltIn: builtInMaker(className) !== undefined }]
  })

/** `others`: those that are not built in, by name. */
export const workerConfigProviders = (props: Readonly<StringMap>, env: Environment, others: ReadonlyMap<string, ConfigProvider> = new Map()): ConfigProviders => {
  const providers = new Map(others)
  for (const { name, className, params } of providerSettings(props)) {
    if (others.has(name)) continue
    const make = builtInMaker(className)
    if (make === undefined) {
      throw new ConnectError('CONFIG_INVALID', `Invalid value ${className} for configuration config.providers.${name}.class: Class ${className} could not be found; there are ${Object.keys(makers).join(', ')}`)
    }
    try {
      providers.set(name, make(params, env))
    } catch (error) {
      throw new ConnectError('CONFIG_INVALID', `Could not set up config provider ${name} (${className}): ${messageOf(error)}`, { cause: error })
    }
  }
  return createConfigProviders(providers)
}

/** A worker's properties with their variables replaced, and the providers for its connectors. `plugin.path` keeps its variables, as in Kafka. */
export const resolveWorkerProps = async (
  props: Readonly<StringMap>, env: Environment, fromBundles?: ReadonlyMap<string, ConfigProvider>,
): Promise<{ readonly props: StringMap; readonly providers: ConfigProviders }> => {
  const providers = workerConfigProviders(props, env, fromBundles)
  const { 'plugin.path': pluginPath, ...others } = props
  if (pluginPath !== undefined && hasVariable(pluginPath)) log.warn(`Variables cannot be used in the 'plugin.path' property, since the property is used by plugin scanning before the config providers that replace the variables are initialized`)
  try {
    const resolved = await providers.resolve(others)
    return { props: pluginPath === undefined ? resolved : { ...resolved, 'plugin.path': pluginPath }, providers }
  } catch (error) {
    throw error instanceof ConfigException ? new ConnectError('CONFIG_INVALID', error.message, { cause: error }) : error
  }
}
