/** Kafka's RoundRobinAssignor: all partitions of all topics dealt out in turn, passing over members without the topic. */
import { type Assignor, compare, emptyAssignment, give, inMemberOrder } from './types.ts'

export const roundRobinAssignor: Assignor = {
  name: 'roundrobin',
  protocol: 'eager',
  userData: () => null,
  assign(members, partitions) {
    const assignment = emptyAssignment(members)
    const ordered = inMemberOrder(members)
    const subscribed = new Set(members.flatMap(({ topics }) => topics))
    let turn = 0
    for (const [topic, count] of [...partitions].toSorted(([a], [b]) => compare(a, b))) {
      if (!subscribed.has(topic)) continue
      for (let partition = 0; partition < count; partition++) {
        for (;;) {
          const member = ordered[turn++ % ordered.length]
          if (member?.topics.includes(topic) !== true) continue
          give(assignment, member.memberId, topic, partition)
          break
        }
      }
    }
    return assignment
  },
}
