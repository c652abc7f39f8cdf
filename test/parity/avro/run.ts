/**
 * Cases for the Avro converter, put to Confluent's classes or to ours. Each side has a registry of its own, so that what it registers is
 * compared as the text of a schema: an id alone says nothing.
 */
import { avroText } from '../../../src/converters/avro/schema-text.ts'
import { parseAvro } from '../../../src/converters/avro/schema.ts'
import { startRegistry } from '../../registry/registry.ts'
import type { Answer, Case, Config } from '../cases.ts'
import type { JavaSide } from '../java-side.ts'
import { type Form, runOurs } from '../ours.ts'
import type { TaggedSchema, TaggedValue } from '../tagged.ts'

export const avroClass = 'io.confluent.connect.avro.AvroConverter'
/** A value to be written (in another registered schema than its own: `into`), or Avro data (hex) of a registered schema to be read. */
export type AvroCase =
  | { readonly config?: Config; readonly schema: TaggedSchema; readonly value: TaggedValue; readonly into?: unknown }
  | { readonly config?: Config; readonly avro: unknown; readonly hex: string }
export type AvroAnswer = { readonly registered?: string; readonly hex?: string | null; readonly schema?: unknown; readonly value?: unknown; readonly error?: string }
type Side = (cases: readonly Case[]) => Promise<readonly Answer[]>

export const askJava = (cases: readonly AvroCase[], java: JavaSide): Promise<readonly AvroAnswer[]> => ask(cases, (all) => java.run(all))
export const askOurs = (cases: readonly AvroCase[], form: Form = 'objects'): Promise<readonly AvroAnswer[]> => ask(cases, (all) => runOurs(all, form))

const ask = async (cases: readonly AvroCase[], side: Side): Promise<readonly AvroAnswer[]> => {
  await using registry = await startRegistry()
  const { store } = registry
  store.globalLevel = 'NONE'
  // the text as it came, before the registry made it its own
  const texts = new Map<number, string>()
  const register = store.register.bind(store)
  store.register = (subject, given, normalize) => {
    const version = register(subject, given, normalize)
    if (!texts.has(version.id)) texts.set(version.id, given.schema)
    return version
  }
  const more: Config = { 'schema.registry.url': registry.url, 'max.schemas.per.subject': '100000', 'max.retries': '0' }
  const asked = cases.map((one): Case => {
    // a registry keeps schemas in the order of Avro's Java library, in which Java asks for them
    const registered = (avro: unknown): number => store.register('t-value', { schema: avroText(parseAvro(JSON.stringify(avro))), references: [] }, false).id
    const config = { ...more, ...one.config }
    if ('schema' in one) {
      const by: Config = one.into === undefined ? {} : { 'auto.register.schemas': 'false', 'use.schema.id': String(registered(one.into)) }
      return { op: 'fromConnect', class: avroClass, config: { ...config, ...by }, schema: one.schema, value: one.value }
    }
    const id = registered(one.avro)
    const head = Buffer.alloc(5)
    head.writeInt32BE(id, 1)
    return { op: 'toConnect', class: avroClass, config, bytes: Buffer.concat([head, Buffer.from(one.hex, 'hex')]).toString('base64') }
  })
  return (await side(asked)).map((answer): AvroAnswer => {
    const { error, bytes: written, schema, value } = answer
    if (error !== undefined) return { error: errorText(error) }
    if (written === undefined) return { schema, value }
    if (typeof written !== 'string') return { hex: null }
    const bytes = Buffer.from(written, 'base64')
    return { registered: texts.get(bytes.readInt32BE(1)) ?? '', hex: bytes.toString('hex', 5) }
  })
}
/** The last cause says it; where the registry is, and what its own parser finds wrong, are each run's own. */
const errorText = (chain: NonNullable<Answer['error']>): string => (chain.at(-1)?.message ?? '').replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, 'http://registry')

/** Null when both are the same. Failures need only be failures, as long as both fail. */
export const avroDifference = (one: AvroCase, java: AvroAnswer, ours: AvroAnswer): string | null => {
  if ((java.error !== undefined && ours.error !== undefined) || isKnown(one, java, ours)) return null
  const [left, right] = [shown(java), shown(ours)]
  return left === right ? null : `${JSON.stringify(one)}\n  Java  ${left}\n  ours  ${right}`
}
/** Java prints 1.0 where JavaScript prints 1. */
const shown = (answer: AvroAnswer): string => JSON.stringify(answer).replaceAll(/(\["f(?:32|64)","-?\d+)\.0"/g, '$1"')

/** docs/differences.md tells the same to users. */
const isKnown = (one: AvroCase, java: AvroAnswer, ours: AvroAnswer): boolean =>
  // one name for two types: Java writes data that nobody can read again
  ours.error?.includes('two different types called') === true
  // a field that only the other schema has gets its default; Java reads past the end of the record
  || ('into' in one && java.error?.includes('out of bounds') === true)
  // a default of the wrong type is no default; Java takes it for 0
  || ('avro' in one && /"connect\.default":"x"/.test(JSON.stringify(one.avro)))
  // a Map of JavaScript takes the key -0 for 0
  || ('value' in one && /\[\["f(32|64)","-0"\],/.test(JSON.stringify(one.value)))
  // unions are counted by schema, not by converter
  || (one.config?.['generalized.sum.type.support'] === 'true' && JSON.stringify(java).includes('connect_union_'))
