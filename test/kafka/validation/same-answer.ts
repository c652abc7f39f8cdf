/** An answer of `PUT …/config/validate` in the form in which two workers' answers are compared, and what differs on purpose. */
import type { ConfigInfos } from '../../../src/herder/types.ts'
import type { Config } from './corpus.ts'

export type Answer = { readonly status: number; readonly body: unknown }
type Entry = ConfigInfos['configs'][number]

/** Keys and plugins of our own beside Kafka's: connectors' limits, the search for a record that `put` fails on, dead letters of sources, Avro. */
const ownKeys = /^(isolate\.|errors\.put\.bisect)/
const ownGroup = 'Isolate'
const ownConverter = 'io.confluent.connect.avro.AvroConverter'
const isOwn = ({ definition, value }: Entry, isSource: boolean): boolean => ownKeys.test(value.name) || (isSource && definition !== null && value.name.startsWith('errors.deadletterqueue.'))

export const comparable = ({ status, body }: Answer, config: Config): unknown => {
  if (status !== 200) return { status, body }
  const { name, error_count: errorCount, groups, configs } = body as ConfigInfos
  const kafkas = configs.filter((entry) => !isOwn(entry, config['connector.class']?.includes('Source') === true))
  const [sections, framework] = [kafkas.filter(isSection), kafkas.filter((entry) => !isSection(entry))]
  return {
    status, name, errorCount, groups: groups.filter((group) => group !== ownGroup),
    // Java has what is undefined, and what belongs to clients and converters, in the order of its hash tables
    configs: [...sorted(framework.filter(({ definition }) => definition === null)), ...framework.filter(({ definition }) => definition !== null), ...sorted(sections)].map(comparableEntry),
  }
}
const isSection = ({ value }: Entry): boolean => /^((producer|consumer|admin)\.override\.|(key|value|header)\.converter\.(?!plugin\.version))/.test(value.name)
const sortKey = ({ definition, value }: Entry): string => `${value.name} ${definition === null ? 0 : 1}`
const sorted = (entries: readonly Entry[]): readonly Entry[] => entries.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1))
const comparableEntry = ({ definition, value }: Entry): unknown => ({
  definition: definition && Object.fromEntries(Object.entries(definition).filter(([key]) => key !== 'documentation')),
  value: { ...value, recommended_values: value.recommended_values.filter((text) => text !== ownConverter), errors: value.errors.map(comparableText) },
})
/** What an engine of regular expressions finds wrong is its own; Java lists a version twice that is on its class path and in its plugin path. */
const comparableText = (text: string): string => text.replace(/Invalid regex: .*/s, 'Invalid regex: …').replace('[4.3.1, 4.3.1]', '[4.3.1]')

const errorCount = ({ status, body }: Answer): number => (status === 200 ? (body as ConfigInfos).error_count : 1)
const errorsOf = ({ status, body }: Answer): readonly string[] => (status === 200 ? (body as ConfigInfos).configs.flatMap(({ value }) => value.errors) : [])

/** Each with its reason; docs/differences.md tells the same to users. What ours answers then is said too: nothing goes unchecked. */
export const knownDifferences: readonly { readonly reason: string; readonly matches: (config: Config, java: Answer, ours: Answer) => boolean }[] = [
  { reason: 'what Java answers with 500 and an internal exception is 400, or an error of the key that is wrong', matches: (_config, java, ours) => java.status === 500 && (ours.status === 400 || (ours.status === 200 && errorCount(ours) > 0)) },
  {
    reason: 'classes of Java that are no plugins cannot be found here, instead of not being of the right kind',
    matches: (config, java, ours) => Object.values(config).some((text) => text !== null && /^(java\.lang\.String|org\.apache\.kafka\.connect\.(storage\.Converter|transforms\.Transformation))$/.test(text)) && errorCount(java) === errorCount(ours) && errorsOf(ours).some((error) => error.endsWith('could not be found.')),
  },
  { reason: 'a null is refused for keys of the plugin, too', matches: (config, java, ours) => (config['file'] === null || config['topic'] === null) && errorCount(ours) === errorCount(java) + 1 },
  { reason: 'a missing pattern has one error, not also that of a NullPointerException behind it', matches: (_config, java, ours) => {
    const behind = errorsOf(java).filter((error) => error.includes('Invalid value null') && error.includes('Invalid regex: Cannot invoke')).length
    return behind > 0 && errorCount(ours) === errorCount(java) - behind
  } },
]
