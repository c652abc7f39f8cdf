/** How a request names a topic: by its name or, where that is null, by its id (KIP-516): what was asked for, not what has that name now. */
import type { Cluster } from '../cluster.ts'
import { errors, type KafkaErrorCode } from '../protocol/error-codes.ts'
import type { Reader } from '../protocol/reader.ts'
import type { Writer } from '../protocol/writer.ts'
import type { Topic } from '../topics.ts'

export type TopicRef = { readonly name: string | null; readonly id: string }

export const noId = '0'.repeat(32)

export const readTopicRef = (reader: Reader, byId: boolean): TopicRef => (byId ? { name: null, id: reader.uuid() } : { name: reader.string(), id: noId })
export const writeTopicRef = (writer: Writer, { name, id }: TopicRef): void => (name === null ? writer.uuid(id) : writer.string(name))
export const topicOf = ({ topics }: Cluster, { name, id }: TopicRef): Topic | undefined => (name === null ? topics.byId(id) : topics.get(name))
/** What is answered where there is none. */
export const unknownTopic = ({ name }: TopicRef): KafkaErrorCode => (name === null ? errors.UNKNOWN_TOPIC_ID : errors.UNKNOWN_TOPIC_OR_PARTITION)
