/** What is made of structs while a schema is gone through, so that a struct inside of itself is met again instead of being made for ever. */
import type { Schema } from '../../data/schema.ts'
import type { AvroType } from './schema.ts'

export class Recursion<Made> {
  readonly #all: { readonly schema: Schema; readonly type: AvroType; made: Made | null }[] = []

  /** `late` makes something that asks for what it stands for when there is a value. */
  of(schema: Schema, type: AvroType, make: () => Made, late: (made: () => Made) => Made): Made {
    const known = this.#all.find((each) => each.type === type && (each.schema === schema || each.schema.equals(schema)))
    if (known !== undefined) return known.made ?? late(() => known.made as Made)
    const entry = { schema, type, made: null as Made | null }
    this.#all.push(entry)
    return (entry.made = make())
  }
}
