/** Keys or values of a batch, row by row: made into JavaScript values when a row is first read, and left alone when none is. */
import type { Schema } from '../data/schema.ts'
import type { Index } from '../wire/batch.ts'
import { type HostColumn, hostValues } from '../wire/host-columns.ts'
import type { SchemaList } from './schema-list.ts'

export class SideRows {
  readonly #count: number
  readonly #table: SchemaList
  #column: HostColumn
  #index: Index
  /** Entry 0 of an empty table: schemaless, whatever joins the table later. */
  readonly #isSchemaless: boolean
  /** The rows; a copy once one has changed. */
  #values: readonly unknown[] | null = null
  #changed: { readonly values: unknown[]; readonly schemas: Int32Array } | null = null

  constructor(column: HostColumn, index: Index, count: number, table: SchemaList) {
    this.#column = column
    this.#index = index
    this.#count = count
    this.#table = table
    this.#isSchemaless = index === null && table.all.length === 0
  }

  value(row: number): unknown {
    return (this.#values ?? this.#materialise())[row] ?? null
  }
  schema(row: number): Schema | null {
    if (this.#index !== null) return this.#table.at(this.#index[row] as number)
    return this.#isSchemaless ? null : this.#table.at(0)
  }
  /** Known without making values of text and bytes. */
  isNull(row: number): boolean {
    if (this.#values === null) {
      const column = this.#column
      if (column.kind === 'null') return true
      if (column.kind !== 'values' && column.kind !== 'objects') return (column.lengths[row] as number) < 0
    }
    return this.value(row) === null
  }
  set(row: number, schema: Schema | null, value: unknown): void {
    const { values, schemas } = this.#changed ?? this.#change()
    values[row] = value
    schemas[row] = this.#table.indexOf(schema)
  }

  /** Untouched columns come out as they went in. */
  get column(): HostColumn {
    return this.#column
  }
  get index(): Index {
    return this.#index === null && this.#isSchemaless && this.#table.all.length > 0 ? new Int32Array(this.#count).fill(-1) : this.#index
  }

  #materialise(): readonly unknown[] {
    this.#values = hostValues(this.#column, this.#count, this.#table.all)
    return this.#values
  }
  #change(): { readonly values: unknown[]; readonly schemas: Int32Array } {
    const values = [...(this.#values ?? this.#materialise())]
    const schemas = this.#index === null ? new Int32Array(this.#count).fill(this.#isSchemaless ? -1 : 0) : this.#index.slice()
    this.#values = values
    this.#column = { kind: 'objects', values }
    this.#index = schemas
    this.#changed = { values, schemas }
    return this.#changed
  }
}
