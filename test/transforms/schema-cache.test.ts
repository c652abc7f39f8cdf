/** What transformations keep of schemas: Kafka's 16, the least recently used goes first, equal ones are one. */
import { expect, test } from 'vitest'
import { SchemaBuilder } from '../../src/data/schema-builder.ts'
import type { Schema } from '../../src/data/schema.ts'
import { SchemaCache } from '../../src/transforms/schema-cache.ts'

const named = (name: number): Schema => SchemaBuilder.struct().name(`s${name}`).build()
/** The names of those that had to be made. */
const made = (schemas: readonly Schema[]): readonly (string | null)[] => {
  const cache = new SchemaCache<Schema>()
  const all: (string | null)[] = []
  for (const schema of schemas) cache.get(schema, () => (all.push(schema.name), schema))
  return all
}
const first16 = Array.from({ length: 16 }, (_, name) => named(name))

test('sixteen are kept, found by identity or as equal ones', () => {
  expect(made([...first16, ...first16, ...first16.map((_, name) => named(name))])).toHaveLength(16)
})
test('the one not used for longest makes room for a seventeenth', () => {
  const [s0, s1] = first16 as [Schema, Schema]
  expect(made([...first16, s0, named(16), s0, s1]).slice(16)).toEqual(['s16', 's1'])
})
