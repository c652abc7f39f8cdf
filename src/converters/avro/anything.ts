/** The record that holds schemaless values: one optional field for each kind of value there may be. Values are written and read here. */
import { DataException } from '../../data/errors.ts'
import { isJavaLong, JavaDouble, JavaFloat } from '../../data/java-double.ts'
import { javaClassOf } from '../../data/java-text.ts'
import { isPlainObject } from '../../data/struct.ts'
import type { Scratch } from '../columns.ts'
import { type AvroCursor, putBoolean, putDouble, putFloat, putLong, putString } from './binary.ts'
import { anythingName, mapEntryName, namespace } from './names.ts'
import { type AvroField, type AvroType, type PrimitiveType, primitive, type RecordType, unionOf } from './schema.ts'

const order = ['boolean', 'bytes', 'double', 'float', 'int', 'long', 'string', 'array', 'map'] as const
type Branch = (typeof order)[number]

const optionalField = (name: string, type: AvroType): AvroField => ({ name, type: unionOf([primitive('null'), type]), doc: null, defaultValue: null, props: new Map() })
const record = (name: string, fields: AvroField[]): RecordType => ({ kind: 'record', fullName: name, doc: null, aliases: [], fields, props: new Map() })
const makeAnything = (): RecordType => {
  const anything = record(anythingName, [])
  const entry = record(`${namespace}.${mapEntryName}`, ['key', 'value'].map((name) => ({ name, type: anything, doc: null, defaultValue: undefined, props: new Map() })))
  for (const name of order) {
    const type: AvroType = name === 'array' ? { kind: 'array', items: anything, props: new Map() } : name === 'map' ? { kind: 'array', items: entry, props: new Map() } : primitive(name satisfies PrimitiveType['kind'])
    anything.fields.push(optionalField(name, type))
  }
  return anything
}
export const anythingType: AvroType = makeAnything()
export const isAnything = (type: AvroType): boolean => type === anythingType || (type.kind === 'record' && type.fullName === anythingName && type.fields.map(({ name }) => name).join() === order.join())

const putHead = (to: Scratch, branch: Branch | null): void => {
  const at = branch === null ? order.length : order.indexOf(branch)
  for (let index = 0; index < at; index++) putLong(to, 0)
  if (branch !== null) putLong(to, 1)
}
const putTail = (to: Scratch, branch: Branch): void => {
  for (let index = order.indexOf(branch) + 1; index < order.length; index++) putLong(to, 0)
}

export const writeAnything = (value: unknown, to: Scratch): void => {
  if (value === null || value === undefined) return putHead(to, null)
  const branch = branchOf(value)
  putHead(to, branch)
  switch (branch) {
    case 'boolean':
      putBoolean(to, value === true)
      break
    case 'double':
      putDouble(to, Number(value))
      break
    case 'float':
      putFloat(to, Number(value))
      break
    case 'long':
      putLong(to, value as number | bigint)
      break
    case 'string':
      putString(to, value as string)
      break
    case 'array': {
      const items = value as readonly unknown[]
      if (items.length > 0) putLong(to, items.length)
      for (const item of items) writeAnything(item, to)
      putLong(to, 0)
      break
    }
    case 'map': {
      const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : Object.entries(value as object)
      if (entries.length > 0) putLong(to, entries.length)
      for (const [key, item] of entries) {
        writeAnything(key, to)
        writeAnything(item, to)
      }
      putLong(to, 0)
      break
    }
  }
  putTail(to, branch)
}
/** Bytes and 32-bit integers are read where others wrote them; Connect has no schemaless form of its own for them. */
const branchOf = (value: unknown): Exclude<Branch, 'bytes' | 'int'> => {
  switch (typeof value) {
    case 'boolean':
      return 'boolean'
    case 'bigint':
      return 'long'
    case 'number':
      return isJavaLong(value) ? 'long' : 'double'
    case 'string':
      return 'string'
  }
  if (value instanceof JavaDouble) return 'double'
  if (value instanceof JavaFloat) return 'float'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map || isPlainObject(value)) return 'map'
  throw new DataException(`Unknown Java type for schemaless data: class ${javaClassOf(value)}`)
}

export const readAnything = (from: AvroCursor): unknown => {
  let found: unknown = null
  for (const branch of order) {
    const index = from.int()
    if (index === 0) continue
    if (index !== 1) throw new DataException(`The Avro data names type ${index} of a union of 2`)
    found = readBranch(branch, from)
  }
  return found
}
const readBranch = (branch: Branch, from: AvroCursor): unknown => {
  switch (branch) {
    case 'boolean':
      return from.boolean()
    case 'bytes':
      return from.bytes()
    case 'double':
      return integralAsBox(from.double())
    case 'float':
      return integralAsBox(from.float())
    case 'int':
      return from.int()
    case 'long':
      return from.long()
    case 'string':
      return from.string()
    case 'array': {
      const items: unknown[] = []
      from.items(() => void items.push(readAnything(from)), null)
      return items
    }
    case 'map': {
      const map = new Map<unknown, unknown>()
      from.items(() => void map.set(readAnything(from), readAnything(from)), null)
      return [...map.keys()].every((key) => typeof key === 'string' && key !== '__proto__') ? Object.fromEntries(map as Map<string, unknown>) : map
    }
  }
}
/** A bare 1 would be taken for a Long. */
const integralAsBox = (value: number): number | JavaDouble => (isJavaLong(value) ? new JavaDouble(value) : value)
