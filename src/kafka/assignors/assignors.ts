/** `partition.assignment.strategy`: Java's classes or their protocol names, in order of preference. */
import { ConnectError } from '../../errors.ts'
import { rangeAssignor } from './range.ts'
import { roundRobinAssignor } from './round-robin.ts'
import { cooperativeStickyAssignor, stickyAssignor } from './sticky.ts'
import type { Assignor } from './types.ts'

const assignors: Readonly<Record<string, Assignor>> = {
  'org.apache.kafka.clients.consumer.RangeAssignor': rangeAssignor,
  'org.apache.kafka.clients.consumer.RoundRobinAssignor': roundRobinAssignor,
  'org.apache.kafka.clients.consumer.StickyAssignor': stickyAssignor,
  'org.apache.kafka.clients.consumer.CooperativeStickyAssignor': cooperativeStickyAssignor,
}

/** Throws CONFIG_INVALID for an unknown one. An absent or blank setting is Kafka's default: range, cooperative-sticky. */
export const assignorsOf = (setting: string | undefined): readonly Assignor[] => {
  const names = (setting ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '')
  if (names.length === 0) return [rangeAssignor, cooperativeStickyAssignor]
  return names.map((name) => {
    const found = Object.entries(assignors).find(([className, assignor]) => name === className || name === assignor.name || className.endsWith(`.${name}`))
    if (found === undefined)
      throw new ConnectError('CONFIG_INVALID', `Invalid value ${name} for configuration partition.assignment.strategy: this worker has ${Object.values(assignors).map((assignor) => assignor.name).join(', ')} (or Java's class names of these).`)
    return found[1]
  })
}
/** Cooperative only when every assignor can do it: the group may choose any of them. */
export const rebalanceProtocolOf = (list: readonly Assignor[]): 'eager' | 'cooperative' => (list.every(({ protocol }) => protocol === 'cooperative') ? 'cooperative' : 'eager')
