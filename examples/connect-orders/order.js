/** The schemas of an order. Made once: records refer to them. */
import { Decimal, Schema, SchemaBuilder, Timestamp } from 'isoconnect'

export const ITEM = SchemaBuilder.struct().name('com.example.Item')
  .field('sku', Schema.STRING_SCHEMA)
  .field('price', Decimal.schema(2))
  .build()

export const ORDER = SchemaBuilder.struct().name('com.example.Order').version(1)
  .field('id', Schema.INT64_SCHEMA)
  .field('at', Timestamp.SCHEMA)
  .field('items', SchemaBuilder.array(ITEM))
  .field('tags', SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.STRING_SCHEMA).optional())
  .field('note', SchemaBuilder.string().optional().defaultValue('none'))
  .build()
