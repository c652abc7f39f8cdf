/** A chain of four transformations on structs of ten fields, from a connector that makes them to a topic, with the schema in every record and without. */
import type { BenchResult } from '../bench.ts'
import { type bothWays, jsonWay, sourceStruct } from './struct.ts'

const prefix = 'org.apache.kafka.connect.transforms.'
const chain = {
  transforms: 'insert,replace,time,route',
  'transforms.insert.type': `${prefix}InsertField$Value`,
  'transforms.insert.topic.field': 'source_topic',
  'transforms.insert.static.field': 'origin',
  'transforms.insert.static.value': 'bench',
  'transforms.replace.type': `${prefix}ReplaceField$Value`,
  'transforms.replace.exclude': 'payload',
  'transforms.replace.renames': 'name:customer',
  'transforms.time.type': `${prefix}TimestampConverter$Value`,
  'transforms.time.field': 'created',
  'transforms.time.target.type': 'string',
  'transforms.time.format': "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
  'transforms.route.type': `${prefix}RegexRouter`,
  'transforms.route.regex': 'raw-(.*)',
  'transforms.route.replacement': '$1',
} as const

export const smtChain = (enable: (typeof bothWays)[number]): Promise<BenchResult> => sourceStruct({ ...jsonWay('source', enable, chain), topicPrefix: 'raw-', name: `smt-chain, schemas.enable=${enable}` })
