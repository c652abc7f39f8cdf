/** The registry's paths, as Confluent's has them. Each answers plain data or throws a RegistryProblem. */
import { problems } from './errors.ts'
import { type Given, incompatibilities, type Level, levels, type Reference } from './schemas.ts'
import type { Mode, Store, Version } from './store.ts'

export type Call = { readonly params: readonly string[]; readonly query: URLSearchParams; readonly body: Readonly<Record<string, unknown>> }
type Route = { readonly method: string; readonly path: RegExp; readonly answer: (store: Store, call: Call) => unknown }

const shown = ({ subject, version, id, schema, references }: Version): Readonly<Record<string, unknown>> => ({ subject, version, id, ...(references.length === 0 ? {} : { references }), schema })
const givenOf = ({ schema, references, schemaType }: Call['body']): Given => {
  if (typeof schema !== 'string' || schema === '') throw problems.invalidSchema('Empty schema')
  if (schemaType !== undefined && schemaType !== null && schemaType !== 'AVRO') throw problems.invalidSchema(`Invalid schema type ${JSON.stringify(schemaType)}`)
  return { schema, references: (references as readonly Reference[] | undefined) ?? [] }
}
const textOf = (value: unknown): string => (typeof value === 'string' ? value.toUpperCase() : '')
const flag = ({ query }: Call, name: string): boolean => query.get(name) === 'true'
const at = ({ params }: Call, index: number): string => params[index] ?? ''
const levelOf = ({ body }: Call): Level => {
  const found = levels.find((level) => level === textOf(body['compatibility']))
  if (!found) throw problems.invalidCompatibility()
  return found
}
const modeOf = ({ body }: Call): Mode => {
  const mode = textOf(body['mode'])
  if (mode !== 'READWRITE' && mode !== 'READONLY' && mode !== 'IMPORT') throw problems.invalidMode()
  return mode
}
const route = (method: string, path: string, answer: Route['answer']): Route => ({ method, path: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}$`), answer })

export const routes: readonly Route[] = [
  route('GET', '/', () => ({})),
  route('GET', '/schemas/types', () => ['AVRO']),
  route('GET', '/schemas/ids/:id', (store, call) => {
    const { schema, references, schemaType } = store.byId(Number(at(call, 0)))
    return { ...(schemaType === undefined ? {} : { schemaType }), schema, ...(references.length === 0 ? {} : { references }) }
  }),
  route('GET', '/schemas/ids/:id/schema', (store, call) => JSON.parse(store.byId(Number(at(call, 0))).schema) as unknown),
  route('GET', '/schemas/ids/:id/subjects', (store, call) => store.usesOf(Number(at(call, 0))).map(({ subject }) => subject)),
  route('GET', '/schemas/ids/:id/versions', (store, call) => store.usesOf(Number(at(call, 0))).map(({ subject, version }) => ({ subject, version }))),
  route('GET', '/subjects', (store, call) => store.subjects(flag(call, 'deleted'))),
  route('POST', '/subjects/:subject', (store, call) => shown(store.lookup(at(call, 0), givenOf(call.body), flag(call, 'normalize'), flag(call, 'deleted')))),
  route('DELETE', '/subjects/:subject', (store, call) => store.deleteSubject(at(call, 0), flag(call, 'permanent'))),
  route('GET', '/subjects/:subject/versions', (store, call) => store.versions(at(call, 0), flag(call, 'deleted')).map(({ version }) => version)),
  route('POST', '/subjects/:subject/versions', (store, call) => ({ id: store.register(at(call, 0), givenOf(call.body), flag(call, 'normalize')).id })),
  route('GET', '/subjects/:subject/versions/:version', (store, call) => shown(store.version(at(call, 0), at(call, 1), flag(call, 'deleted')))),
  route('GET', '/subjects/:subject/versions/:version/schema', (store, call) => JSON.parse(store.version(at(call, 0), at(call, 1)).schema) as unknown),
  route('GET', '/subjects/:subject/versions/:version/referencedby', (store, call) => store.referencedBy(at(call, 0), store.version(at(call, 0), at(call, 1)).version)),
  route('DELETE', '/subjects/:subject/versions/:version', (store, call) => {
    const version = store.version(at(call, 0), at(call, 1), true)
    store.deleteVersion(version, flag(call, 'permanent'))
    return version.version
  }),
  route('POST', '/compatibility/subjects/:subject/versions/:version', (store, call) => {
    const given = store.type(givenOf(call.body))
    const against = store.type(store.version(at(call, 0), at(call, 1)))
    return compatibility(call, incompatibilities(store.levels.get(at(call, 0)) ?? store.globalLevel, given, [against]))
  }),
  route('POST', '/compatibility/subjects/:subject/versions', (store, call) => compatibility(call, store.reasonsAgainst(at(call, 0), store.type(givenOf(call.body)), store.versions(at(call, 0))))),
  route('GET', '/config', (store) => ({ compatibilityLevel: store.globalLevel })),
  route('PUT', '/config', (store, call) => ({ compatibility: (store.globalLevel = levelOf(call)) })),
  route('GET', '/config/:subject', (store, call) => {
    const level = store.levels.get(at(call, 0)) ?? (flag(call, 'defaultToGlobal') ? store.globalLevel : null)
    if (level === null) throw problems.noSubjectCompatibility(at(call, 0))
    return { compatibilityLevel: level }
  }),
  route('PUT', '/config/:subject', (store, call) => {
    store.levels.set(at(call, 0), levelOf(call))
    return { compatibility: levelOf(call) }
  }),
  route('DELETE', '/config/:subject', (store, call) => {
    const level = store.levels.get(at(call, 0))
    if (level === undefined) throw problems.noSubjectCompatibility(at(call, 0))
    store.levels.delete(at(call, 0))
    return { compatibilityLevel: level }
  }),
  route('GET', '/mode', (store) => ({ mode: store.globalMode })),
  route('PUT', '/mode', (store, call) => ({ mode: (store.globalMode = modeOf(call)) })),
  route('GET', '/mode/:subject', (store, call) => {
    const mode = store.modes.get(at(call, 0)) ?? (flag(call, 'defaultToGlobal') ? store.globalMode : null)
    if (mode === null) throw problems.noSubjectMode(at(call, 0))
    return { mode }
  }),
  route('PUT', '/mode/:subject', (store, call) => {
    store.modes.set(at(call, 0), modeOf(call))
    return { mode: modeOf(call) }
  }),
]
const compatibility = (call: Call, reasons: readonly string[]): Readonly<Record<string, unknown>> => ({ is_compatible: reasons.length === 0, ...(flag(call, 'verbose') ? { messages: reasons } : {}) })
