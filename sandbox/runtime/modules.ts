/**
 * What a plugin's `require` finds: the SDK and the node: modules there are, each evaluated at its first use. A module that is
 * not had loads all the same (packages probe for many they never use) and throws a clear error on use.
 */
import * as sdk from '../sdk/index.ts'

type Loader = () => unknown
const loaders: Record<string, Loader> = { __proto__: null as never, isoconnect: () => sdk }
const loaded = new Map<string, unknown>()

export const provide = (modules: Readonly<Record<string, Loader>>): void => {
  for (const name of Object.keys(modules)) loaders[name] = modules[name] as Loader
}

let missing: (name: string) => unknown = () => undefined
/** How a module of Node that is not had is answered; undefined: not a module of Node. */
export const answerMissing = (make: (name: string) => unknown): void => {
  missing = make
}

export const requireModule = (specifier: string): unknown => {
  const name = specifier.startsWith('node:') ? specifier.slice(5) : specifier
  if (loaded.has(name)) return loaded.get(name)
  const loader = loaders[name]
  const made = loader === undefined ? missing(name) : loader()
  if (made === undefined) {
    throw Object.assign(new Error(`Cannot find module '${specifier}': it is not in the bundle, and neither 'isoconnect' nor a node: module that connectors have`), { code: 'MODULE_NOT_FOUND' })
  }
  loaded.set(name, made)
  return made
}
