/** What the members of a consumer group subscribe to: `int16 version, [string topic], …` in their metadata. */
import { Reader } from '../protocol/reader.ts'
import type { Group } from './group.ts'

export const subscribedTopics = (group: Group): Set<string> => {
  if (group.protocolType !== 'consumer') return new Set()
  return new Set(group.members.flatMap((member) => topicsOf(member.metadata(group.protocolName))))
}

const topicsOf = (metadata: Buffer): string[] => {
  if (metadata.length < 6) return []
  const reader = new Reader(metadata)
  reader.int16()
  return reader.array(() => reader.string())
}
