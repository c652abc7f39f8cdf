/** The rows of a column one after the other, whatever form the column has, as the Avro writer takes them. */
import { ValuesCursor } from '../../wire/values-cursor.ts'
import { asBuffer, materialize, rangesOf, type Scratch } from '../columns.ts'
import type { ConnectColumn } from '../types.ts'
import { putLong } from './binary.ts'
import type { WriteAvro } from './write-plan.ts'
import { TaggedColumn, type TaggedPlan, writeString, writeTagged } from './write-tagged.ts'

export type RowPlan = { readonly write: WriteAvro; readonly tagged: TaggedPlan | null }

/** `next` goes to a row (in order) and says whether it has a value; `write` appends its Avro bytes, or throws a DataException. */
export interface Rows {
  next(row: number): boolean
  write(plan: RowPlan, to: Scratch): void
}

export const rowsOf = (values: ConnectColumn): Rows => {
  switch (values.column.kind) {
    case 'utf8':
      return new TextRows(values, values.column)
    case 'values':
      return values.column.strings.kind === 'utf8' ? new TaggedRows(values, values.column) : new ObjectRows(materialize(values))
    default:
      return new ObjectRows(materialize(values))
  }
}

class ObjectRows implements Rows {
  readonly #values: readonly unknown[]
  #row = 0
  constructor(values: readonly unknown[]) {
    this.#values = values
  }
  next(row: number): boolean {
    this.#row = row
    return (this.#values[row] ?? null) !== null
  }
  write({ write }: RowPlan, to: Scratch): void {
    write(this.#values[this.#row], to)
  }
}

/** Texts that are to be strings are copied as they are. */
class TextRows implements Rows {
  readonly #given: ConnectColumn
  readonly #bytes: Buffer
  readonly #at: { readonly start: Int32Array; readonly end: Int32Array }
  #values: readonly unknown[] | null = null
  #row = 0
  constructor(given: ConnectColumn, { lengths, bytes }: Extract<ConnectColumn['column'], { readonly kind: 'utf8' }>) {
    this.#given = given
    this.#bytes = asBuffer(bytes)
    this.#at = rangesOf(lengths, bytes)
  }
  next(row: number): boolean {
    this.#row = row
    return (this.#at.start[row] as number) >= 0
  }
  write({ write, tagged }: RowPlan, to: Scratch): void {
    if (tagged?.write !== writeString) return write((this.#values ??= materialize(this.#given))[this.#row], to)
    const start = this.#at.start[this.#row] as number
    const end = this.#at.end[this.#row] as number
    if (tagged.head >= 0) putLong(to, tagged.head)
    putLong(to, end - start)
    to.copy(this.#bytes, start, end)
  }
}

/** Tagged values by their plan; what that does not know is made a value and written the general way. */
class TaggedRows implements Rows {
  readonly #given: ConnectColumn
  readonly #from: TaggedColumn
  #values: readonly unknown[] | null = null
  #row = 0
  /** Whether the cursor stands behind the row, not in it. */
  #isRead = true
  constructor(given: ConnectColumn, column: Extract<ConnectColumn['column'], { readonly kind: 'values' }>) {
    this.#given = given
    this.#from = new TaggedColumn(new ValuesCursor(column, given.schemas.map((schema) => (schema.type === 'STRUCT' ? schema.fields.length : -1))), given.schemas, column.names)
  }
  next(row: number): boolean {
    const { cursor } = this.#from
    if (!this.#isRead) {
      cursor.back()
      cursor.skip()
    }
    cursor.keep()
    this.#row = row
    this.#isRead = cursor.isNull
    if (this.#isRead) cursor.tag()
    return !this.#isRead
  }
  write({ write, tagged }: RowPlan, to: Scratch): void {
    const first = to.length
    this.#from.depth = 0
    if (tagged !== null && writeTagged(tagged, this.#from, to)) {
      this.#isRead = true
      return
    }
    to.length = first
    write((this.#values ??= materialize(this.#given))[this.#row], to)
  }
}
