/** ReplaceField: keeps, leaves out and renames fields of the outermost level. */
import { ConfigDef } from '../data/config-def.ts'
import { invalidValue } from '../data/config-parse.ts'
import { DataException } from '../data/errors.ts'
import { inHashOrder } from '../data/java-hash.ts'
import type { Schema } from '../data/schema.ts'
import { Struct, validateValue } from '../data/struct.ts'
import { onMapsAndStructs } from './maps-and-structs.ts'
import { colonParts, keyAndValue, listOf, replacesNull, withReplaceNull } from './plugin.ts'
import { entriesOf, mapOf } from './requirements.ts'
import { SchemaCache } from './schema-cache.ts'
import { copyFields, copyStructBasics, type FieldCopy, fieldValue } from './structs.ts'

const purpose = 'field replacement'

const renamesOf = (mappings: readonly string[]): ReadonlyMap<string, string> => new Map(mappings.map((mapping): [string, string] => {
  const parts = colonParts(mapping)
  if (parts.length !== 2) throw invalidValue('renames', mappings, `Invalid rename mapping: ${mapping}`)
  return [parts[0] as string, parts[1] as string]
}))

const anyList = ConfigDef.ValidList.anyNonDuplicateValues(true, false)
const config = withReplaceNull(new ConfigDef()
  .define('exclude', 'LIST', [], anyList, 'MEDIUM', 'Fields to leave out, even if they are to be included.')
  .define('include', 'LIST', [], anyList, 'MEDIUM', 'Fields to keep. When any are given, all others are left out.')
  .define('renames', 'LIST', [], ConfigDef.LambdaValidator.with((_, value) => void renamesOf(Array.isArray(value) ? value.map(String) : []), () => 'list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>'),
    'MEDIUM', 'New names of fields, as `old:new`. The other settings take the old names.'))

type Plan = { readonly schema: Schema; readonly copies: readonly FieldCopy[]; readonly needsCheck: boolean }

export const replaceField = keyAndValue('ReplaceField', config, (values, side) => {
  const exclude = new Set(listOf(values, 'exclude'))
  const include = new Set(listOf(values, 'include'))
  const renames = renamesOf(listOf(values, 'renames'))
  const originals = new Map(inHashOrder([...renames.keys()]).map((from) => [renames.get(from), from]))
  const replaceNull = replacesNull(values)
  const isKept = (name: string): boolean => !exclude.has(name) && (include.size === 0 || include.has(name))
  const cache = new SchemaCache<Plan>()
  const plan = (schema: Schema): Plan => {
    const builder = copyStructBasics(schema)
    for (const field of schema.fields) if (isKept(field.name)) builder.field(renames.get(field.name) ?? field.name, field.schema)
    const updated = builder.build()
    // by its new name alone, as in Kafka: a field that has the new name of one left out takes that one's value
    const copies = updated.fields.map((to): FieldCopy => {
      const name = originals.get(to.name) ?? to.name
      const from = schema.field(name)
      if (from === null) throw new DataException(`${name} is not a valid field name`)
      return { from, to }
    })
    return { schema: updated, copies, needsCheck: copies.some(({ from, to }) => from.schema !== to.schema) }
  }
  return onMapsAndStructs(side, purpose, {
    map: (map) => mapOf(entriesOf(map).filter(([key]) => isKept(key)).map(([key, item]) => [renames.get(key) ?? key, item]), map),
    struct: (struct) => {
      const { schema, copies, needsCheck } = cache.get(struct.schema, plan)
      const updated = new Struct(schema)
      if (needsCheck) for (const { from, to } of copies) validateValue(to.schema, fieldValue(struct, from, replaceNull), `field: "${to.name}"`)
      copyFields(struct, updated, copies, replaceNull)
      return updated
    },
  })
})
