/** Whether two Avro schemas write the same bytes: names, fields and types agree, whatever docs, defaults and properties say. */
import type { AvroType } from './schema.ts'

export const sameShape = (a: AvroType, b: AvroType, open: Set<AvroType> = new Set()): boolean => {
  if (a === b || open.has(a)) return true
  switch (a.kind) {
    case 'array':
      return b.kind === 'array' && sameShape(a.items, b.items, open)
    case 'map':
      return b.kind === 'map' && sameShape(a.values, b.values, open)
    case 'union':
      return b.kind === 'union' && sameTypes(a.types, b.types, open)
    case 'fixed':
      return b.kind === 'fixed' && a.fullName === b.fullName && a.size === b.size
    case 'enum':
      return b.kind === 'enum' && a.fullName === b.fullName && a.symbols.join() === b.symbols.join()
    case 'record':
      if (b.kind !== 'record' || a.fullName !== b.fullName || a.fields.map(({ name }) => name).join() !== b.fields.map(({ name }) => name).join()) return false
      return sameTypes(a.fields.map(({ type }) => type), b.fields.map(({ type }) => type), new Set([...open, a]))
    default:
      return a.kind === b.kind
  }
}
const sameTypes = (a: readonly AvroType[], b: readonly AvroType[], open: Set<AvroType>): boolean => a.length === b.length && a.every((type, index) => sameShape(type, b[index] as AvroType, open))
