/**
 * A Connect schema as plain data: what crosses boundaries and what the JSON envelope carries.
 * The keys are those of Kafka's JSON schema notation where it has one.
 */
export type SchemaTypeName =
  | 'INT8' | 'INT16' | 'INT32' | 'INT64' | 'FLOAT32' | 'FLOAT64' | 'BOOLEAN' | 'STRING' | 'BYTES' | 'ARRAY' | 'MAP' | 'STRUCT'

export type SchemaJson = {
  readonly type: SchemaTypeName
  readonly optional: boolean
  readonly name?: string
  readonly version?: number
  readonly doc?: string
  readonly parameters?: Readonly<Record<string, string>>
  /** Encoded as one value of `wire/values.ts` in base64, since JSON cannot hold every value. */
  readonly defaultValue?: string
  readonly fields?: readonly { readonly name: string; readonly schema: SchemaJson }[]
  readonly keySchema?: SchemaJson | null
  readonly valueSchema?: SchemaJson | null
}
