/** Connector settings this version knows but cannot carry out yet: a task that has one fails with a clear message rather than ignore it. */
import { ConfigException } from '../data/errors.ts'
import type { StringMap } from '../wire/guest-api.ts'

const unsupported: readonly { readonly key: string; readonly what: string }[] = [
  { key: 'errors.deadletterqueue.topic.name', what: 'Dead letter queues' },
]

export const refuseUnsupported = (config: StringMap): void => {
  for (const { key, what } of unsupported) {
    const value = config[key]?.trim() ?? ''
    if (value !== '') throw new ConfigException(key, value, `${what} are not available in this version of Isoconnect; remove the setting to run the connector without`)
  }
}
