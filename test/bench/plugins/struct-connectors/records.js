/** The records of the struct benchmarks: ten fields of mixed types, made from their number alone. Twin of ../../java/isoconnect/bench/StructRecords.java. */
import { Decimal, SchemaBuilder, schemas, Struct } from 'isoconnect'

export const schema = SchemaBuilder.struct().name('isoconnect.bench.Order').version(1)
  .field('id', schemas.INT64_SCHEMA)
  .field('seq', schemas.INT32_SCHEMA)
  .field('price', schemas.FLOAT64_SCHEMA)
  .field('active', schemas.BOOLEAN_SCHEMA)
  .field('name', schemas.STRING_SCHEMA)
  .field('city', schemas.STRING_SCHEMA)
  .field('note', schemas.OPTIONAL_STRING_SCHEMA)
  .field('payload', schemas.BYTES_SCHEMA)
  .field('created', SchemaBuilder.timestamp().build())
  .field('amount', SchemaBuilder.decimal(2).build())
  .build()
const cities = ['Amsterdam', 'København', 'Zürich', 'Lisboa', 'Kraków', 'Wien', '東京', 'Oslo']
const notes = [
  'to be delivered between nine and eleven in the morning', 'said "leave it at the door" and hung up', 'fragile',
  'second attempt, the first one came back', null, 'paid in advance by bank transfer on the day before', 'gift wrapping, blue', 'no comment',
]
const epochMs = 1_700_000_000_000

export const structOf = (id) => {
  const payload = new Uint8Array(16)
  for (let at = 0; at < payload.length; at++) payload[at] = id * 31 + at * 7
  return new Struct(schema)
    .put('id', id * 1_000_003)
    .put('seq', id % 1_000_000)
    .put('price', id * 0.37)
    .put('active', id % 3 === 0)
    .put('name', `customer-${id}`)
    .put('city', cities[id % cities.length])
    .put('note', notes[id % notes.length])
    .put('payload', payload)
    .put('created', new Date(epochMs + id * 1000))
    .put('amount', new Decimal(BigInt(id * 7 + 1), 2))
}

/** A number that depends on every field of a record, so that no field can be left unread. */
export const touch = (value) => {
  if (value instanceof Struct) {
    return mix(value.get('id'), value.get('seq'), value.get('price'), value.get('active'), value.get('name'), value.get('city'),
      value.get('note'), value.get('payload').length, value.get('created').getTime(), Number(BigInt.asIntN(32, value.get('amount').unscaled)))
  }
  return mix(value.id, value.seq, value.price, value.active, value.name, value.city, value.note, value.payload.length, value.created, value.amount.length)
}

const mix = (id, seq, price, active, name, city, note, payload, created, amount) =>
  (id % 1_000_000_007) ^ seq ^ Math.floor(price) ^ (active ? 1 : 0) ^ (name.length << 3) ^ (city.length << 7)
    ^ ((note === null ? 0 : note.length) << 11) ^ payload ^ (created % 1_000_000_007) ^ amount
