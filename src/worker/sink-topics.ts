/** What a sink subscribes to: `topics` (a list) or `topics.regex` (the whole name must match, as in Java). */
import { ConfigException } from '../data/errors.ts'
import type { StringMap } from '../wire/guest-api.ts'

export const subscriptionOf = (config: StringMap): readonly string[] | RegExp => {
  const topics = config['topics']?.trim() ?? ''
  const regex = config['topics.regex'] ?? ''
  if (topics !== '' && regex !== '') throw new ConfigException('topics and topics.regex are mutually exclusive options, but both are set.')
  if (topics !== '') {
    const names = topics.split(',').map((name) => name.trim())
    if (names.includes('')) throw new ConfigException("Configuration 'topics' values must not be empty.")
    return [...new Set(names)]
  }
  if (regex === '') throw new ConfigException('Must configure one of topics or topics.regex')
  try {
    return new RegExp(`^(?:${regex})$`)
  } catch (cause) {
    throw Object.assign(new ConfigException('topics.regex', regex, 'Invalid regex'), { cause })
  }
}
