/** What an invalid configuration is answered with, in Kafka's words. Pure. */
import { ConnectError } from '../errors.ts'
import type { ConfigInfos } from './types.ts'

/** Throws 400 with every message when there is any. */
export const refuseErrors = (infos: ConfigInfos): void => {
  if (infos.error_count === 0) return
  const messages = infos.configs.flatMap(({ value }) => value.errors)
  throw new ConnectError(
    'CONFIG_INVALID',
    `Connector configuration is invalid and contains the following ${infos.error_count} error(s):${messages.map((message) => `\n${message}`).join('')}\n` +
      'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  )
}
