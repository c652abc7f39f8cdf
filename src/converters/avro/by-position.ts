/**
 * Values of one schema in the shape of another without regard to names of fields, as Java's GenericDatumWriter writes them: the first
 * field into the first, a member of a union into the member of that type. Values are avsc's, with unions wrapped.
 */
import { DataException } from '../../data/errors.ts'
import { type AvroType, typeName } from './schema.ts'

type Convert = (value: unknown) => unknown
type Wrapped = Readonly<Record<string, unknown>>

const misfit = (from: AvroType, to: AvroType): DataException => new DataException(`A value of the Avro type ${typeName(from)} cannot be written as ${typeName(to)}`)

/** Types that do not fit fail the values that hold them, not the others. */
export const byPosition = (from: AvroType, to: AvroType): Convert => {
  /** By pair, so that a type that refers to itself ends. */
  const made = new Map<AvroType, Map<AvroType, Convert>>()
  const convertOf = (source: AvroType, target: AvroType): Convert => {
    const known = made.get(source)?.get(target)
    if (known !== undefined) return known
    const pairs = made.get(source) ?? new Map<AvroType, Convert>()
    made.set(source, pairs)
    // whoever meets the pair again before it is made asks when there is a value
    pairs.set(target, (value) => convert(value))
    const convert = make(source, target, convertOf)
    pairs.set(target, convert)
    return convert
  }
  return convertOf(from, to)
}

const make = (from: AvroType, to: AvroType, convertOf: (from: AvroType, to: AvroType) => Convert): Convert => {
  if (from.kind === 'union') {
    const members = new Map(from.types.map((member) => [typeName(member), convertOf(member, to)]))
    const convertAs = (name: string, value: unknown): unknown => (members.get(name) as Convert)(value)
    return (value) => (value === null ? convertAs('null', null) : convertAs(...(Object.entries(value as Wrapped)[0] as [string, unknown])))
  }
  if (to.kind === 'union') {
    const member = to.types.find((each) => typeName(each) === typeName(from))
    if (member === undefined) return fails(from, to)
    const convert = convertOf(from, member)
    return member.kind === 'null' ? convert : (value) => ({ [typeName(member)]: convert(value) })
  }
  if (from.kind === 'record' && to.kind === 'record') {
    const fields = to.fields.map(({ name, type }, index) => {
      const source = from.fields[index]
      return { name, source: source?.name ?? '', convert: source === undefined ? fails(from, to) : convertOf(source.type, type) }
    })
    return (value) => Object.fromEntries(fields.map(({ name, source, convert }) => [name, convert((value as Wrapped)[source])]))
  }
  if (from.kind === 'array' && to.kind === 'array') {
    const convert = convertOf(from.items, to.items)
    return (value) => (value as readonly unknown[]).map(convert)
  }
  if (from.kind === 'map' && to.kind === 'map') {
    const convert = convertOf(from.values, to.values)
    return (value) => Object.fromEntries(Object.entries(value as Wrapped).map(([key, item]) => [key, convert(item)]))
  }
  if (isNumber(from) && isNumber(to)) return asNumber(to)
  return from.kind === to.kind ? (value) => value : fails(from, to)
}
const fails = (from: AvroType, to: AvroType): Convert => () => {
  throw misfit(from, to)
}
const isNumber = ({ kind }: AvroType): boolean => kind === 'int' || kind === 'long' || kind === 'float' || kind === 'double'
/** As Java narrows and widens. */
const asNumber = ({ kind }: AvroType): ((value: unknown) => number | bigint) => {
  switch (kind) {
    case 'int':
      return (value) => (typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(Number(value)) || 0)))
    case 'long':
      return (value) => (typeof value === 'bigint' ? value : toLong(Number(value)))
    case 'float':
      return (value) => Math.fround(Number(value))
    default:
      return Number
  }
}
const toLong = (value: number): bigint => {
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  if (value < -(2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value) || 0)
}
