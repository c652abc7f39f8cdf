/** The classic group protocol's requests: JoinGroup, SyncGroup, Heartbeat, LeaveGroup. Errors are in the answers: the member decides. */
import { errorOrNull } from './kafka-errors.ts'
import type { ApiRequest } from './link.ts'
import type { KafkaError } from './types.ts'

export type GroupProtocol = { readonly name: string; readonly metadata: Uint8Array }
export type JoinedMember = { readonly memberId: string; readonly groupInstanceId: string | null; readonly metadata: Uint8Array }
export type JoinGroupAnswer = {
  readonly error: KafkaError | null
  readonly generation: number
  readonly protocol: string
  readonly leaderId: string
  readonly memberId: string
  /** For the leader only. */
  readonly members: readonly JoinedMember[]
}
type Membership = { readonly groupId: string; readonly generation: number; readonly memberId: string; readonly groupInstanceId: string | null }

export const joinGroupRequest = (join: {
  readonly groupId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly protocolType: string
  readonly protocols: readonly GroupProtocol[]
}): ApiRequest<JoinGroupAnswer> => ({
  apiKey: 11,
  apiName: 'JoinGroup',
  minVersion: 4,
  maxVersion: 5,
  encode(writer, version) {
    writer.string(join.groupId).int32(join.sessionTimeoutMs).int32(join.rebalanceTimeoutMs).string(join.memberId)
    if (version >= 5) writer.string(join.groupInstanceId)
    writer.string(join.protocolType).array(join.protocols, ({ name, metadata }) => writer.string(name).bytes(metadata))
  },
  decode(reader, version) {
    reader.int32() // throttle time
    return {
      error: errorOrNull(reader.int16(), `Joining group ${join.groupId}`, null, `Read on group ${join.groupId}`),
      generation: reader.int32(),
      protocol: reader.string(),
      leaderId: reader.string(),
      memberId: reader.string(),
      members: reader.array(() => ({
        memberId: reader.string(),
        groupInstanceId: version >= 5 ? reader.nullableString() : null,
        metadata: reader.nullableBytes() ?? new Uint8Array(),
      })),
    }
  },
})

export const syncGroupRequest = (member: Membership, assignments: ReadonlyMap<string, Uint8Array>): ApiRequest<{ readonly error: KafkaError | null; readonly assignment: Uint8Array }> => ({
  apiKey: 14,
  apiName: 'SyncGroup',
  minVersion: 2,
  maxVersion: 3,
  encode(writer, version) {
    writer.string(member.groupId).int32(member.generation).string(member.memberId)
    if (version >= 3) writer.string(member.groupInstanceId)
    writer.array([...assignments], ([memberId, bytes]) => writer.string(memberId).bytes(bytes))
  },
  decode(reader) {
    reader.int32() // throttle time
    return { error: errorOrNull(reader.int16(), `Synchronizing with group ${member.groupId}`, null, `Read on group ${member.groupId}`), assignment: reader.nullableBytes() ?? new Uint8Array() }
  },
})

export const heartbeatRequest = (member: Membership): ApiRequest<KafkaError | null> => ({
  apiKey: 12,
  apiName: 'Heartbeat',
  minVersion: 2,
  maxVersion: 3,
  encode(writer, version) {
    writer.string(member.groupId).int32(member.generation).string(member.memberId)
    if (version >= 3) writer.string(member.groupInstanceId)
  },
  decode(reader) {
    reader.int32() // throttle time
    return errorOrNull(reader.int16(), `Heartbeat of group ${member.groupId}`, null, `Read on group ${member.groupId}`)
  },
})

export const leaveGroupRequest = (member: Omit<Membership, 'generation'>): ApiRequest<KafkaError | null> => ({
  apiKey: 13,
  apiName: 'LeaveGroup',
  minVersion: 2,
  maxVersion: 3,
  encode(writer, version) {
    writer.string(member.groupId)
    if (version >= 3) writer.int32(1)
    writer.string(member.memberId)
    if (version >= 3) writer.string(member.groupInstanceId)
  },
  decode(reader, version) {
    reader.int32() // throttle time
    const what = `Leaving group ${member.groupId}`
    const error = errorOrNull(reader.int16(), what)
    if (version < 3) return error
    const [memberError] = reader.array(() => {
      reader.string() // member id
      reader.nullableString() // instance id
      return errorOrNull(reader.int16(), what)
    })
    return error ?? memberError ?? null
  },
})
