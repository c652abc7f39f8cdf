/** The types of Connect's schemas, by Kafka's names. */
export const Type = {
  INT8: 'INT8', INT16: 'INT16', INT32: 'INT32', INT64: 'INT64', FLOAT32: 'FLOAT32', FLOAT64: 'FLOAT64',
  BOOLEAN: 'BOOLEAN', STRING: 'STRING', BYTES: 'BYTES', ARRAY: 'ARRAY', MAP: 'MAP', STRUCT: 'STRUCT',
} as const
export type SchemaTypeName = keyof typeof Type
