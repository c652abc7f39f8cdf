/** Every request this broker answers. */
import type { ApiName } from '../protocol/api-keys.ts'
import { alterConfigs, describeConfigs, incrementalAlterConfigs } from './configs.ts'
import { fetch } from './fetch.ts'
import { deleteGroups, describeGroups, listGroups } from './group-admin.ts'
import { findCoordinator, heartbeat, joinGroup, leaveGroup, syncGroup } from './groups.ts'
import type { Handler } from './handler.ts'
import { listOffsets, offsetForLeaderEpoch } from './list-offsets.ts'
import { apiVersions, describeCluster, metadata } from './metadata.ts'
import { offsetCommit, offsetDelete, offsetFetch } from './offsets.ts'
import { produce } from './produce.ts'
import { createPartitions, createTopics, deleteRecords, deleteTopics } from './topics.ts'
import { addOffsetsToTxn, addPartitionsToTxn, endTxn, initProducerId, txnOffsetCommit } from './transactions.ts'

export const handlers: Readonly<Record<ApiName, Handler>> = {
  Produce: produce,
  Fetch: fetch,
  ListOffsets: listOffsets,
  Metadata: metadata,
  OffsetCommit: offsetCommit,
  OffsetFetch: offsetFetch,
  FindCoordinator: findCoordinator,
  JoinGroup: joinGroup,
  Heartbeat: heartbeat,
  LeaveGroup: leaveGroup,
  SyncGroup: syncGroup,
  DescribeGroups: describeGroups,
  ListGroups: listGroups,
  ApiVersions: apiVersions,
  CreateTopics: createTopics,
  DeleteTopics: deleteTopics,
  DeleteRecords: deleteRecords,
  InitProducerId: initProducerId,
  OffsetForLeaderEpoch: offsetForLeaderEpoch,
  AddPartitionsToTxn: addPartitionsToTxn,
  AddOffsetsToTxn: addOffsetsToTxn,
  EndTxn: endTxn,
  TxnOffsetCommit: txnOffsetCommit,
  DescribeConfigs: describeConfigs,
  AlterConfigs: alterConfigs,
  CreatePartitions: createPartitions,
  DeleteGroups: deleteGroups,
  IncrementalAlterConfigs: incrementalAlterConfigs,
  OffsetDelete: offsetDelete,
  DescribeCluster: describeCluster,
}
