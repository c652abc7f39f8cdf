/** A configuration with its definition: typed values by name, as connectors ported from Java read them (org.apache.kafka.common.config.AbstractConfig). */
import type { ConfigDef } from '../../src/data/config-def.ts'
import type { ConfigMap, Password } from '../../src/data/config-parse.ts'
import { ConfigException } from '../../src/data/errors.ts'
import type { Props } from './contexts.ts'

export class AbstractConfig {
  readonly #originals: Props
  readonly #values: ConfigMap

  /** Throws a ConfigException that names the first wrong key. */
  constructor(definition: ConfigDef, originals: Props) {
    this.#originals = { ...originals }
    this.#values = definition.parse(originals)
  }
  get(key: string): unknown {
    if (!Object.hasOwn(this.#values, key)) throw new ConfigException(`Unknown configuration '${key}'`)
    return this.#values[key]
  }
  getString(key: string): string | null { return this.get(key) as string | null }
  getInt(key: string): number | null { return this.get(key) as number | null }
  getShort(key: string): number | null { return this.get(key) as number | null }
  /** A bigint where a number cannot hold it exactly. */
  getLong(key: string): number | bigint | null { return this.get(key) as number | bigint | null }
  getDouble(key: string): number | null { return this.get(key) as number | null }
  getBoolean(key: string): boolean | null { return this.get(key) as boolean | null }
  getList(key: string): readonly string[] | null { return this.get(key) as readonly string[] | null }
  getPassword(key: string): Password | null { return this.get(key) as Password | null }

  /** The typed values of all defined keys. */
  values(): Readonly<ConfigMap> { return this.#values }
  /** What was given, as text, keys that are not defined included. */
  originals(): Props { return { ...this.#originals } }
  /** Those whose name begins so, without that beginning. */
  originalsWithPrefix(prefix: string): Props {
    return Object.fromEntries(Object.entries(this.#originals).flatMap(([key, value]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [])))
  }
}
