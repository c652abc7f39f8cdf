/** How the rest of the worker makes Kafka clients: settings checked, keys reported, one connection each. */
import { type Logger, logger } from '../log.ts'
import { createAdmin } from './admin.ts'
import { type ClientKind, reportUnknown } from './client-property-names.ts'
import { openConnection } from './connection.ts'
import { createConsumer } from './consumer.ts'
import { producerSettingsOf } from './producer-config.ts'
import { createProducer } from './producer.ts'
import type { ClientProperties, KafkaClients } from './types.ts'

const classes: Readonly<Record<ClientKind, string>> = {
  producer: 'org.apache.kafka.clients.producer.KafkaProducer',
  consumer: 'org.apache.kafka.clients.consumer.KafkaConsumer',
  admin: 'org.apache.kafka.clients.admin.KafkaAdminClient',
}
const prefixes: Readonly<Record<ClientKind, string>> = { producer: 'Producer', consumer: 'Consumer', admin: 'AdminClient' }

type Given = { readonly properties: ClientProperties; readonly clientId: string }
/** A `client.id` among the properties wins over the one the worker made up, as in Kafka. */
const identified = (kind: ClientKind, { properties, clientId: proposed }: Given): { readonly clientId: string; readonly log: Logger } => {
  const own = properties['client.id']
  const clientId = own === undefined || own === '' ? proposed : own
  const log = logger(classes[kind], `[${prefixes[kind]} clientId=${clientId}] `)
  reportUnknown(kind, properties, log)
  return { clientId, log }
}

export const kafkaClients = (): KafkaClients => ({
  async producer(options) {
    const { clientId, log } = identified('producer', options)
    const settings = producerSettingsOf(options.properties)
    return createProducer(await openConnection({ properties: options.properties, clientId, log }), settings, options.onProduced, log)
  },
  async consumer(options) {
    const { clientId } = identified('consumer', options)
    return createConsumer({ properties: options.properties, clientId })
  },
  async admin(options) {
    const { clientId, log } = identified('admin', options)
    return createAdmin(await openConnection({ properties: options.properties, clientId, log }), options.properties)
  },
})
