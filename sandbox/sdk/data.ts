/** Data classes under the names Java has them: `Schema.STRING_SCHEMA`, `Decimal.schema(2)`, `Timestamp.SCHEMA`, `Values.parseString` … */
import { DataException } from '../../src/data/errors.ts'
import { dateName, Decimal as PlainDecimal, decimalName, fromLogical, timeName, timestampName, toLogical } from '../../src/data/logical.ts'
import { Schema as PlainSchema, Type } from '../../src/data/schema.ts'
import { SchemaBuilder, schemas } from '../../src/data/schema-builder.ts'

export const Schema = Object.assign(PlainSchema, schemas, { Type })
export type Schema = PlainSchema

export const Decimal = Object.assign(PlainDecimal, {
  LOGICAL_NAME: decimalName,
  SCALE_FIELD: 'scale',
  builder: (scale: number): SchemaBuilder => SchemaBuilder.decimal(scale),
  schema: (scale: number): Schema => SchemaBuilder.decimal(scale).build(),
})
export type Decimal = PlainDecimal

interface DateType {
  readonly LOGICAL_NAME: string
  readonly SCHEMA: Schema
  builder(): SchemaBuilder
  /** Days (Date) or milliseconds (Time, Timestamp). */
  fromLogical(schema: Schema, value: Date): number
  toLogical(schema: Schema, value: number): Date
}
/** A logical type whose values are JavaScript's dates. */
const ofDates = (simpleName: string, name: string, builder: () => SchemaBuilder): DateType => {
  const check = (schema: Schema): void => {
    if (schema.name !== name) throw new DataException(`Requested conversion of ${simpleName} object but the schema does not match.`)
  }
  return {
    LOGICAL_NAME: name,
    SCHEMA: builder().build(),
    builder,
    fromLogical(schema, value) {
      check(schema)
      return fromLogical(schema, value) as number
    },
    toLogical(schema, value) {
      check(schema)
      return toLogical(schema, value) as Date
    },
  }
}
/** Days. Its values are JavaScript's dates at midnight UTC; `import { Date as ConnectDate } from 'isoconnect'` keeps the two apart. */
const ConnectDate = ofDates('Date', dateName, () => SchemaBuilder.date())
export { ConnectDate as Date }
/** Milliseconds of a day, as a date of 1 January 1970. */
export const Time = ofDates('Time', timeName, () => SchemaBuilder.time())
export const Timestamp = ofDates('Timestamp', timestampName, () => SchemaBuilder.timestamp())

export * as Values from '../../src/data/connect-values.ts'
