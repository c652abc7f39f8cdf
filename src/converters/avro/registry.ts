/** The registry as the converter asks it: each question once, answers kept (what an id or a version means never changes). */
import { DataException } from '../../data/errors.ts'
import { isJsonObject, type Json, type JsonObject, plainText } from './avro-json.ts'
import type { AvroConverterOptions } from './config.ts'
import { createSend, RegistryError, type Send } from './http.ts'
import { type AvroType, type NamedTypes, parseAvro } from './schema.ts'

export type Registered = { readonly id: number; readonly type: AvroType; readonly text: string; readonly references: readonly Reference[] }
type Latest = Registered & { readonly expiresAtMs: number }

export class Registry {
  readonly #send: Send
  readonly #options: Pick<AvroConverterOptions, 'normalizeSchemas' | 'latestCacheMs' | 'maxSchemasPerSubject'>
  readonly #ids = new Map<string, Promise<number>>()
  readonly #schemas = new Map<number, Promise<Registered>>()
  readonly #versions = new Map<string, Promise<number | null>>()
  readonly #latest = new Map<string, Promise<Latest>>()

  constructor(options: AvroConverterOptions) {
    this.#send = createSend(options.http)
    this.#options = options
  }

  /** The id of a schema under a subject, registered when it is not there. */
  register(subject: string, text: string): Promise<number> {
    return this.#idOf(`/subjects/${encodeURIComponent(subject)}/versions`, subject, text)
  }
  /** The id of a schema that must be there. */
  lookup(subject: string, text: string): Promise<number> {
    return this.#idOf(`/subjects/${encodeURIComponent(subject)}`, subject, text)
  }
  /** `subject` is where the registry looks first; null when the schema has to say what the subject is. */
  byId(id: number, subject: string | null): Promise<Registered> {
    const query = subject === null ? '' : `&subject=${encodeURIComponent(subject)}`
    return this.#kept(this.#schemas, id, async () => this.#registered(await this.#get(`/schemas/ids/${id}?fetchMaxId=false${query}`), id))
  }
  /** The version a schema has under a subject; null when the subject does not have it. */
  version(subject: string, { id, text, references }: Registered): Promise<number | null> {
    return this.#kept(this.#versions, `${subject} ${id}`, async () => {
      try {
        const body = { schema: text, ...(references.length === 0 ? {} : { references }) }
        const found = asObject(await this.#send('POST', `/subjects/${encodeURIComponent(subject)}?normalize=${this.#options.normalizeSchemas}&deleted=true`, body))
        return typeof found['version'] === 'number' ? found['version'] : null
      } catch (error) {
        if (error instanceof RegistryError && error.status === 404) return null
        throw error
      }
    })
  }
  async latest(subject: string): Promise<Registered> {
    const known = await this.#latest.get(subject)
    if (known !== undefined && known.expiresAtMs <= Date.now()) this.#latest.delete(subject)
    return this.#kept(this.#latest, subject, async () => {
      const found = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions/latest`)
      return { ...(await this.#registered(found, Number(found['id']))), expiresAtMs: Date.now() + this.#options.latestCacheMs }
    })
  }

  #idOf(path: string, subject: string, text: string): Promise<number> {
    return this.#kept(this.#ids, `${subject} ${text}`, async () => {
      const answer = asObject(await this.#send('POST', `${path}?normalize=${this.#options.normalizeSchemas}`, { schema: text }))
      return typeof answer['id'] === 'number' ? answer['id'] : notAnAnswer()
    })
  }
  async #registered(answer: JsonObject, id: number): Promise<Registered> {
    const text = answer['schema']
    const kind = answer['schemaType'] ?? 'AVRO'
    if (typeof text !== 'string') return notAnAnswer()
    if (kind !== 'AVRO') throw new DataException(`The schema with id ${id} is of type ${plainText(kind)}; this converter reads AVRO`)
    const known: NamedTypes = new Map()
    const references = referencesOf(answer)
    await this.#resolve(references, known, new Set())
    return { id, text, type: parseAvro(text, known), references }
  }
  /** The types of schemas referred to, those they refer to first. */
  async #resolve(references: readonly Reference[], known: NamedTypes, done: Set<string>): Promise<void> {
    for (const { subject, version } of references) {
      const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}?deleted=true`
      if (done.has(path)) continue
      done.add(path)
      const found = await this.#get(path)
      await this.#resolve(referencesOf(found), known, done)
      parseAvro(typeof found['schema'] === 'string' ? found['schema'] : notAnAnswer(), known)
    }
  }
  async #get(path: string): Promise<JsonObject> {
    return asObject(await this.#send('GET', path))
  }
  /** A failure is not kept: the next batch asks again. The oldest answers go first. */
  #kept<K, V>(cache: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
    const known = cache.get(key)
    if (known !== undefined) return known
    const asked = ask()
    cache.set(key, asked)
    asked.catch(() => cache.delete(key))
    for (const oldest of cache.keys()) {
      if (cache.size <= this.#options.maxSchemasPerSubject) break
      cache.delete(oldest)
    }
    return asked
  }
}

export type Reference = { readonly name: string; readonly subject: string; readonly version: number }
const referencesOf = (answer: JsonObject): readonly Reference[] => {
  const given = answer['references']
  if (!Array.isArray(given)) return []
  return (given as readonly Json[]).map((each) => {
    if (!isJsonObject(each)) return notAnAnswer()
    return { name: plainText(each['name']), subject: plainText(each['subject']), version: Number(each['version']) }
  })
}
const notAnAnswer = (): never => {
  throw new RegistryError(200, 200, 'The answer is not one of a schema registry; check schema.registry.url')
}
const asObject = (json: Json): JsonObject => (isJsonObject(json) ? json : notAnAnswer())
