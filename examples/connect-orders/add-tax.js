/** Adds the tax to an order: a field more, so a schema more. */
import { AbstractConfig, ConfigDef, DataException, Decimal, SchemaBuilder, Struct, Transformation } from 'isoconnect'

const config = new ConfigDef().define('percent', ConfigDef.Type.INT, ConfigDef.NO_DEFAULT_VALUE, ConfigDef.Range.between(0, 100), ConfigDef.Importance.HIGH, 'Tax in percent')
const schemas = new Map()
/** The order's schema with the new field, made once for each schema there is. */
const taxed = (schema) => {
  let found = schemas.get(schema)
  if (found === undefined) {
    const builder = SchemaBuilder.struct().name(schema.name).version(schema.version)
    for (const field of schema.fields) builder.field(field.name, field.schema)
    schemas.set(schema, (found = builder.field('tax', Decimal.schema(4)).build()))
    if (schemas.size > 16) schemas.delete(schemas.keys().next().value)
  }
  return found
}

export class AddTax extends Transformation {
  static config = config

  configure(props) { this.percent = BigInt(new AbstractConfig(config, props).getInt('percent')) }
  apply(record) {
    const { value } = record
    const prices = value.get('items').map((item) => item.get('price').unscaled)
    // a record that throws is dropped, sent to the dead letter topic or ends the task, as errors.tolerance says
    if (prices.some((price) => price < 0n)) throw new DataException(`order ${value.get('id')} has a price below zero`)
    const valueSchema = taxed(value.schema)
    const next = new Struct(valueSchema)
    for (const field of value.schema.fields) next.put(field.name, value.get(field))
    next.put('tax', new Decimal(prices.reduce((sum, price) => sum + price, 0n) * this.percent, 4))
    return { valueSchema, value: next }
  }
}
