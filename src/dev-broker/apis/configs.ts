/** DescribeConfigs, AlterConfigs and IncrementalAlterConfigs, of topics; a broker's can be looked at. */
import { brokerConfigKeys, describeConfig, sources } from '../describe-configs.ts'
import { brokerId, type Cluster } from '../cluster.ts'
import { BrokerError, errors } from '../protocol/error-codes.ts'
import { checkConfig, configList, configValue, topicConfigKeys, type ConfigKey, type TopicConfigs } from '../topic-configs.ts'
import type { Topic } from '../topics.ts'
import type { Handler } from './handler.ts'
import { attempt } from './topics.ts'

const topicResource = 2
const brokerResource = 4

type Resource = { readonly type: number; readonly name: string }
type Described = { readonly keys: readonly ConfigKey[]; readonly configs: TopicConfigs; readonly isReadOnly: boolean }

const topicOf = (cluster: Cluster, { name }: Resource): Topic => {
  const topic = cluster.topics.get(name)
  if (topic === undefined) throw new BrokerError(errors.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
  return topic
}

const described = (cluster: Cluster, resource: Resource): Described => {
  if (resource.type === topicResource) return { keys: topicConfigKeys, configs: topicOf(cluster, resource).configs, isReadOnly: false }
  if (resource.type === brokerResource && (resource.name === String(brokerId) || resource.name === '')) return { keys: brokerConfigKeys(cluster.options), configs: new Map(), isReadOnly: true }
  throw new BrokerError(errors.INVALID_REQUEST, `This broker has no configuration of type ${resource.type} named '${resource.name}'`)
}

export const describeConfigs: Handler = (reader, writer, { cluster, version }) => {
  const resources = reader.structs(() => ({ type: reader.int8(), name: reader.string(), keys: reader.nullableArray(() => reader.string()) }))
  const wantsSynonyms = reader.bool()
  writer.int32(0)
  writer.structs(resources, (resource) => {
    let found: Described = { keys: [], configs: new Map(), isReadOnly: true }
    const failure = attempt(() => {
      found = described(cluster, resource)
    })
    writer.int16(failure.code)
    writer.string(failure.message)
    writer.int8(resource.type)
    writer.string(resource.name)
    const { keys: asked } = resource
    const keys = found.keys.filter(({ name }) => asked === null || asked.length === 0 || asked.includes(name))
    writer.structs(keys, (key) => {
      const { value, source } = describeConfig(key, found.configs)
      const shown = found.isReadOnly ? sources.staticBroker : source
      writer.string(key.name)
      writer.string(value)
      writer.bool(found.isReadOnly)
      writer.int8(shown)
      writer.bool(false)
      const synonyms = [...(shown === sources.default ? [] : [{ value, source: shown }]), ...(found.isReadOnly ? [] : [{ value: key.value, source: sources.default }])]
      writer.structs(wantsSynonyms ? synonyms : [], (synonym) => {
        writer.string(key.name)
        writer.string(synonym.value)
        writer.int8(synonym.source)
      })
      if (version >= 3) {
        writer.int8(key.type)
        writer.string(null)
      }
    })
  })
  writer.tags()
  return 'answer'
}

const apply = (cluster: Cluster, resource: Resource, isTrial: boolean, change: (configs: Map<string, string>) => void): void => {
  if (resource.type !== topicResource) throw new BrokerError(errors.INVALID_REQUEST, 'Only the configurations of topics can be changed on this broker.')
  const topic = topicOf(cluster, resource)
  const next = new Map(topic.configs)
  change(next)
  for (const [name, value] of next) checkConfig(name, value)
  if (isTrial) return
  topic.configs.clear()
  for (const [name, value] of next) topic.configs.set(name, value)
  cluster.topics.save()
}

/** The old form replaces all of a topic's own settings. */
export const alterConfigs: Handler = (reader, writer, { cluster }) => {
  const resources = reader.structs(() => ({
    type: reader.int8(),
    name: reader.string(),
    configs: reader.structs(() => ({ name: reader.string(), value: reader.nullableString() })),
  }))
  const isTrial = reader.bool()
  writer.int32(0)
  writer.structs(resources, (resource) => {
    const failure = attempt(() =>
      apply(cluster, resource, isTrial, (configs) => {
        configs.clear()
        for (const { name, value } of resource.configs) {
          checkConfig(name, value)
          configs.set(name, value ?? '')
        }
      }),
    )
    writer.int16(failure.code)
    writer.string(failure.message)
    writer.int8(resource.type)
    writer.string(resource.name)
  })
  writer.tags()
  return 'answer'
}

const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

export const incrementalAlterConfigs: Handler = (reader, writer, { cluster }) => {
  const resources = reader.structs(() => ({
    type: reader.int8(),
    name: reader.string(),
    configs: reader.structs(() => ({ name: reader.string(), operation: reader.int8(), value: reader.nullableString() })),
  }))
  const isTrial = reader.bool()
  writer.int32(0)
  writer.structs(resources, (resource) => {
    const failure = attempt(() =>
      apply(cluster, resource, isTrial, (configs) => {
        for (const { name, operation, value } of resource.configs) alterOne(configs, name, operation, value)
      }),
    )
    writer.int16(failure.code)
    writer.string(failure.message)
    writer.int8(resource.type)
    writer.string(resource.name)
  })
  writer.tags()
  return 'answer'
}

const alterOne = (configs: Map<string, string>, name: string, operation: number, value: string | null): void => {
  if (operation === operations.delete) {
    configs.delete(name)
    return
  }
  checkConfig(name, value)
  const items = configList(value ?? '')
  const known = configList(configValue(configs, name))
  if (operation === operations.set) configs.set(name, value ?? '')
  else if (operation === operations.append) configs.set(name, [...new Set([...known, ...items])].join(','))
  else if (operation === operations.subtract) configs.set(name, known.filter((item) => !items.includes(item)).join(','))
  else throw new BrokerError(errors.INVALID_REQUEST, `Unknown operation ${operation} on ${name}`)
}
