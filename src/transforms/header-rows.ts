/** The headers of a batch, row by row: lists are made when the first row is asked for, the column anew when one has changed. */
import { ConnectHeaders } from '../data/headers.ts'
import { textColumn } from '../wire/columns.ts'
import { type HostHeaders, hostValues } from '../wire/host-columns.ts'
import { toUtf8 } from '../wire/transcode.ts'
import type { TextColumn } from '../wire/batch.ts'
import type { SchemaList } from './schema-list.ts'

export class HeaderRows {
  readonly #count: number
  readonly #schemas: SchemaList
  readonly #column: HostHeaders | null
  readonly #isSchemaless: boolean
  #rows: ConnectHeaders[] | null = null
  #changed = false

  constructor(column: HostHeaders | null, count: number, schemas: SchemaList) {
    this.#column = column
    this.#count = count
    this.#schemas = schemas
    this.#isSchemaless = schemas.all.length === 0
  }
  get(row: number): ConnectHeaders {
    return (this.#rows ?? this.#materialise())[row] as ConnectHeaders
  }
  set(row: number, headers: ConnectHeaders): void {
    const rows = this.#rows ?? this.#materialise()
    rows[row] = headers
    this.#changed = true
  }

  toColumn(): HostHeaders | null {
    if (!this.#changed || this.#rows === null) {
      const isStale = this.#column?.schema === null && this.#isSchemaless && this.#schemas.all.length > 0
      return this.#column && isStale ? { ...this.#column, schema: new Int32Array(this.#column.keys.lengths.length).fill(-1) } : this.#column
    }
    const counts = Int32Array.from(this.#rows, (headers) => headers.size)
    const all = this.#rows.flatMap((headers) => [...headers])
    if (all.length === 0) return null
    return {
      counts,
      keys: toUtf8(textColumn(all.map(({ key }) => key)) as TextColumn),
      values: { kind: 'objects', values: all.map(({ value }) => value) },
      schema: Int32Array.from(all, ({ schema }) => this.#schemas.indexOf(schema)),
    }
  }

  #materialise(): ConnectHeaders[] {
    const none = new ConnectHeaders()
    this.#rows = new Array<ConnectHeaders>(this.#count).fill(none)
    if (this.#column === null) return this.#rows
    const { counts, keys, values, schema } = this.#column
    const total = counts.reduce((sum, count) => sum + count, 0)
    const names = hostValues(keys, total, []) as readonly string[]
    const items = hostValues(values, total, this.#schemas.all)
    const first = this.#isSchemaless ? null : this.#schemas.at(0)
    for (let row = 0, at = 0; row < this.#count; row++) {
      const end = at + (counts[row] as number)
      if (at === end) continue
      const headers: { readonly key: string; readonly value: unknown; readonly schema: ReturnType<SchemaList['at']> }[] = []
      for (; at < end; at++) headers.push({ key: names[at] as string, value: items[at], schema: schema === null ? first : this.#schemas.at(schema[at] as number) })
      this.#rows[row] = new ConnectHeaders(headers)
    }
    return this.#rows
  }
}
