/**
 * org.apache.kafka.connect.data.Values: values from texts and back, and from one Connect type to another. The door to values-*.ts.
 * Schemas say which type a JavaScript number stands for; without one an integer is a Long, and `JavaDouble` and `JavaFloat` the rest.
 */
import type { Schema } from './schema.ts'
import { SchemaBuilder } from './schema-builder.ts'
import type { Struct } from './struct.ts'
import type { Decimal } from './logical.ts'
import * as convert from './values-convert.ts'
import { parseString } from './values-parse.ts'

export { temporalText as dateText } from './temporal-text.ts'
export { convertToByte, convertToDouble, convertToFloat, convertToInteger, convertToLong, convertToShort, type SchemaAndValue } from './values-convert.ts'
export { inferSchema } from './values-infer.ts'
export { parseString } from './values-parse.ts'
export { convertToString } from './values-text.ts'

/** Each takes the schema of the value, if it has one. Null stays null where Java gives null, and is refused where Java refuses it. */
export const convertToBoolean = (from: Schema | null, value: unknown): boolean | null => convert.convertToBoolean(from, value, parseString)
export const convertToDate = (from: Schema | null, value: unknown): Date => convert.convertToDate(from, value, parseString)
export const convertToTime = (from: Schema | null, value: unknown): Date => convert.convertToTime(from, value, parseString)
export const convertToTimestamp = (from: Schema | null, value: unknown): Date => convert.convertToTimestamp(from, value, parseString)
export const convertToDecimal = (_from: Schema | null, value: unknown, scale: number): Decimal => convert.convertToDecimal(value, SchemaBuilder.decimal(scale).build())
export const convertToList = (from: Schema | null, value: unknown): readonly unknown[] => convert.convertToList(from, value, parseString)
export const convertToMap = (from: Schema | null, value: unknown): ReadonlyMap<unknown, unknown> | Readonly<Record<string, unknown>> => convert.convertToMap(from, value, parseString)
export const convertToStruct = (from: Schema | null, value: unknown): Struct => convert.convertToStruct(from, value)
/** Any of them, by the schema wanted. */
export const convertTo = (to: Schema, from: Schema | null, value: unknown): unknown => convert.convertTo(to, from, value, parseString)
