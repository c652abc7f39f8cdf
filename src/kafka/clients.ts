/** How the rest of the worker makes Kafka clients: settings checked, keys reported, one connection each. */
import { logger } from '../log.ts'
import { reportUnknown } from './client-property-names.ts'
import { openConnection } from './connection.ts'
import { producerSettingsOf } from './producer-config.ts'
import { createProducer } from './producer.ts'
import type { ClientProperties, Producer, ProducerOptions } from './types.ts'

const withId = ({ properties, clientId }: { readonly properties: ClientProperties; readonly clientId: string }): string => {
  const own = properties['client.id']
  return own === undefined || own === '' ? clientId : own
}

export const openProducer = async (options: ProducerOptions): Promise<Producer> => {
  const clientId = withId(options)
  const log = logger('org.apache.kafka.clients.producer.KafkaProducer', `[Producer clientId=${clientId}] `)
  reportUnknown('producer', options.properties, log)
  const settings = producerSettingsOf(options.properties)
  return createProducer(await openConnection({ properties: options.properties, clientId, log }), settings, options.onProduced, log)
}
