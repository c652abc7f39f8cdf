/** Kafka's RangeAssignor: each topic's partitions in consecutive ranges over its members, the first members one more. */
import { type Assignor, compare, emptyAssignment, give, inMemberOrder } from './types.ts'

export const rangeAssignor: Assignor = {
  name: 'range',
  protocol: 'eager',
  userData: () => null,
  assign(members, partitions) {
    const assignment = emptyAssignment(members)
    const ordered = inMemberOrder(members)
    for (const [topic, count] of [...partitions].toSorted(([a], [b]) => compare(a, b))) {
      const consumers = ordered.filter(({ topics }) => topics.includes(topic))
      if (consumers.length === 0) continue
      const each = Math.floor(count / consumers.length)
      const extra = count % consumers.length
      let next = 0
      for (const [index, { memberId }] of consumers.entries()) {
        for (let left = each + (index < extra ? 1 : 0); left > 0; left--) give(assignment, memberId, topic, next++)
      }
    }
    return assignment
  },
}
