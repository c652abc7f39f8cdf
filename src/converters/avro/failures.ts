/** What becomes of a registry's answer: what may pass is retriable, what is refused is a matter of configuration, the rest is bad data. */
import { ConfigException, ConnectException, DataException, RetriableException } from '../../data/errors.ts'
import { messageOf } from '../../errors.ts'
import { RegistryError } from './http.ts'

export const asFailure = (error: unknown, topic: string, doing: 'serialize' | 'deserialize'): ConnectException => {
  if (error instanceof ConnectException) return error
  const failed = doing === 'serialize' ? `Failed to serialize Avro data from topic ${topic} :` : `Failed to deserialize data for topic ${topic} to Avro:`
  if (!(error instanceof RegistryError)) return new DataException(`${failed} ${messageOf(error)}`, { cause: error })
  if (error.isPassing) return new RetriableException(`${failed} the schema registry did not answer: ${error.message}`, { cause: error })
  // Confluent's client: a code of three digits is a client error of the request itself
  return error.code < 1000 ? new ConfigException(`Failed to access Avro data from topic ${topic} : ${error.message}`) : new DataException(`${failed} ${error.message}`, { cause: error })
}
