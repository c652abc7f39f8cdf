/**
 * Which requests and versions are offered. Minimums are Kafka 4.3's own, so a client that works here works there. Maximums
 * stop before what this broker does not do: topic ids instead of names in Produce (13), implicit transactions of
 * KIP-890 (Produce 12, EndTxn 5 …), share groups.
 */
export type Api = { readonly key: number; readonly name: ApiName; readonly min: number; readonly max: number; readonly flexibleFrom: number }

const none = 0x7fff
const table = {
  // Kafka 4 serves Produce from 3 but says 0: librdkafka before 2.8 takes its compression codecs from that (KAFKA-18659).
  Produce: [0, 0, 11, 9],
  Fetch: [1, 4, 13, 12],
  ListOffsets: [2, 1, 8, 6],
  Metadata: [3, 0, 12, 9],
  OffsetCommit: [8, 2, 10, 8],
  OffsetFetch: [9, 1, 9, 6],
  FindCoordinator: [10, 0, 4, 3],
  JoinGroup: [11, 0, 9, 6],
  Heartbeat: [12, 0, 4, 4],
  LeaveGroup: [13, 0, 5, 4],
  SyncGroup: [14, 0, 5, 4],
  DescribeGroups: [15, 0, 5, 5],
  ListGroups: [16, 0, 5, 3],
  ApiVersions: [18, 0, 4, 3],
  CreateTopics: [19, 2, 7, 5],
  DeleteTopics: [20, 1, 6, 4],
  DeleteRecords: [21, 0, 2, 2],
  InitProducerId: [22, 0, 4, 2],
  OffsetForLeaderEpoch: [23, 2, 4, 4],
  AddPartitionsToTxn: [24, 0, 3, 3],
  AddOffsetsToTxn: [25, 0, 3, 3],
  EndTxn: [26, 0, 3, 3],
  TxnOffsetCommit: [28, 0, 3, 3],
  DescribeConfigs: [32, 1, 4, 4],
  AlterConfigs: [33, 0, 2, 2],
  CreatePartitions: [37, 0, 3, 2],
  DeleteGroups: [42, 0, 2, 2],
  IncrementalAlterConfigs: [44, 0, 1, 1],
  OffsetDelete: [47, 0, 0, none],
  DescribeCluster: [60, 0, 1, 0],
} as const satisfies Record<string, readonly [key: number, min: number, max: number, flexibleFrom: number]>

export type ApiName = keyof typeof table

export const apis: readonly Api[] = Object.entries(table).map(([name, [key, min, max, flexibleFrom]]) => ({ key, name: name as ApiName, min, max, flexibleFrom }))
export const apiByKey: ReadonlyMap<number, Api> = new Map(apis.map((api) => [api.key, api]))
