/** JoinGroup, SyncGroup, Heartbeat, LeaveGroup and FindCoordinator: the bytes around groups/. */
import { brokerId } from '../cluster.ts'
import { errors } from '../protocol/error-codes.ts'
import type { AsyncHandler, Handler } from './handler.ts'

const transactionKeyType = 1

export const findCoordinator: Handler = (reader, writer, { version, advertised }) => {
  const single = version <= 3 ? reader.string() : ''
  const keyType = version >= 1 ? reader.int8() : 0
  const keys = version >= 4 ? reader.array(() => reader.string()) : [single]
  const isKnownType = keyType >= 0 && keyType <= transactionKeyType
  const error = isKnownType ? errors.NONE : errors.INVALID_REQUEST
  const writeNode = (): void => {
    writer.int32(isKnownType ? brokerId : -1)
    writer.string(isKnownType ? advertised.host : '')
    writer.int32(isKnownType ? advertised.port : -1)
  }
  if (version >= 1) writer.int32(0)
  if (version <= 3) {
    writer.int16(error)
    if (version >= 1) writer.string(null)
    writeNode()
  } else {
    writer.structs(keys, (key) => {
      writer.string(key)
      writeNode()
      writer.int16(error)
      writer.string(null)
    })
  }
  writer.tags()
  return 'answer'
}

export const joinGroup: AsyncHandler = async (reader, writer, { cluster, version, clientId, clientHost }) => {
  const groupId = reader.string()
  const sessionTimeoutMs = reader.int32()
  const rebalanceTimeoutMs = version >= 1 ? reader.int32() : sessionTimeoutMs
  const memberId = reader.string()
  const instanceId = version >= 5 ? reader.nullableString() : null
  const protocolType = reader.string()
  // Copied: members live long, request buffers must not.
  const protocols = reader.structs(() => ({ name: reader.string(), metadata: Buffer.from(reader.bytes()) }))
  const answer = await cluster.groups.join({
    groupId, sessionTimeoutMs, rebalanceTimeoutMs, memberId, instanceId, protocolType, protocols, clientId, clientHost,
    requiresKnownMemberId: version >= 4,
    supportsSkipAssignment: version >= 9,
  })
  if (version >= 2) writer.int32(0)
  writer.int16(answer.error)
  writer.int32(answer.generationId)
  if (version >= 7) writer.string(answer.protocolType)
  writer.string(version >= 7 ? answer.protocolName : (answer.protocolName ?? ''))
  writer.string(answer.leader)
  if (version >= 9) writer.bool(answer.skipAssignment)
  writer.string(answer.memberId)
  writer.structs(answer.members, (member) => {
    writer.string(member.memberId)
    if (version >= 5) writer.string(member.instanceId)
    writer.bytes(member.metadata)
  })
  writer.tags()
  return 'answer'
}

export const syncGroup: AsyncHandler = async (reader, writer, { cluster, version }) => {
  const groupId = reader.string()
  const generationId = reader.int32()
  const memberId = reader.string()
  const instanceId = version >= 3 ? reader.nullableString() : null
  const protocolType = version >= 5 ? reader.nullableString() : null
  const protocolName = version >= 5 ? reader.nullableString() : null
  const assignments = reader.structs(() => ({ memberId: reader.string(), assignment: reader.bytes() }))
  const answer = await cluster.groups.sync({ groupId, generationId, memberId, instanceId, protocolType, protocolName, assignments })
  if (version >= 1) writer.int32(0)
  writer.int16(answer.error)
  if (version >= 5) {
    writer.string(answer.protocolType)
    writer.string(answer.protocolName)
  }
  writer.bytes(answer.assignment)
  writer.tags()
  return 'answer'
}

export const heartbeat: Handler = (reader, writer, { cluster, version }) => {
  const groupId = reader.string()
  const generationId = reader.int32()
  const memberId = reader.string()
  const instanceId = version >= 3 ? reader.nullableString() : null
  if (version >= 1) writer.int32(0)
  writer.int16(cluster.groups.heartbeat(groupId, memberId, instanceId, generationId))
  writer.tags()
  return 'answer'
}

export const leaveGroup: Handler = (reader, writer, { cluster, version }) => {
  const groupId = reader.string()
  const members =
    version <= 2
      ? [{ memberId: reader.string(), instanceId: null }]
      : reader.structs(() => {
          const member = { memberId: reader.string(), instanceId: reader.nullableString() }
          if (version >= 5) reader.nullableString()
          return member
        })
  const answers = members.map((member) => ({ ...member, error: cluster.groups.leave(groupId, member.memberId, member.instanceId) }))
  if (version >= 1) writer.int32(0)
  writer.int16(version <= 2 ? (answers[0]?.error ?? errors.NONE) : errors.NONE)
  if (version >= 3) {
    writer.structs(answers, ({ memberId, instanceId, error }) => {
      writer.string(memberId)
      writer.string(instanceId)
      writer.int16(error)
    })
  }
  writer.tags()
  return 'answer'
}
