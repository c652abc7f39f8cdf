/** DescribeGroups, ListGroups and DeleteGroups. */
import { errors } from '../protocol/error-codes.ts'
import type { Handler } from './handler.ts'

const noAuthorizedOperations = -2147483648
/** There are no KIP-848 groups here. */
const groupType = 'classic'

export const describeGroups: Handler = (reader, writer, { cluster, version }) => {
  const ids = reader.array(() => reader.string())
  if (version >= 1) writer.int32(0)
  writer.structs(ids, (id) => {
    const group = cluster.groups.get(id)
    const isAgreed = group?.state === 'Stable' || group?.state === 'CompletingRebalance'
    writer.int16(errors.NONE)
    writer.string(id)
    writer.string(group?.state ?? 'Dead')
    writer.string(group?.protocolType ?? '')
    writer.string(isAgreed ? (group.protocolName ?? '') : '')
    writer.structs(group?.members ?? [], (member) => {
      writer.string(member.id)
      if (version >= 4) writer.string(member.instanceId)
      writer.string(member.clientId)
      writer.string(member.clientHost)
      writer.bytes(isAgreed ? member.metadata(group.protocolName) : Buffer.alloc(0))
      writer.bytes(group?.state === 'Stable' ? member.assignment : Buffer.alloc(0))
    })
    if (version >= 3) writer.int32(noAuthorizedOperations)
  })
  writer.tags()
  return 'answer'
}

export const listGroups: Handler = (reader, writer, { cluster, version }) => {
  const lower = (values: string[]): string[] => values.map((value) => value.toLowerCase())
  const states = version >= 4 ? lower(reader.array(() => reader.string())) : []
  const types = version >= 5 ? lower(reader.array(() => reader.string())) : []
  const groups = cluster.groups.all.filter(({ state }) => (states.length === 0 || states.includes(state.toLowerCase())) && (types.length === 0 || types.includes(groupType)))
  if (version >= 1) writer.int32(0)
  writer.int16(errors.NONE)
  writer.structs(groups, (group) => {
    writer.string(group.id)
    writer.string(group.protocolType ?? '')
    if (version >= 4) writer.string(group.state)
    if (version >= 5) writer.string(groupType)
  })
  writer.tags()
  return 'answer'
}

export const deleteGroups: Handler = (reader, writer, { cluster }) => {
  const ids = reader.array(() => reader.string())
  writer.int32(0)
  writer.structs(ids, (id) => {
    writer.string(id)
    writer.int16(cluster.groups.delete(id))
  })
  writer.tags()
  return 'answer'
}
