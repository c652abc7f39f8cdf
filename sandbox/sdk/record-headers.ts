/** Headers as they stand in Kafka, bytes under keys that may repeat: what a converter may look at and add to (Kafka's own `Headers`). */
export type RecordHeader = { readonly key: string; readonly value: Uint8Array | null }

export class RecordHeaders implements Iterable<RecordHeader> {
  #headers: RecordHeader[]
  #isChanged = false
  constructor(headers: Iterable<RecordHeader> = []) {
    this.#headers = [...headers]
  }
  /** Whether anything was added or removed. */
  get isChanged(): boolean {
    return this.#isChanged
  }
  add(header: RecordHeader): this
  add(key: string, value: Uint8Array | null): this
  add(keyOrHeader: string | RecordHeader, value: Uint8Array | null = null): this {
    const header = typeof keyOrHeader === 'string' ? { key: keyOrHeader, value } : keyOrHeader
    if (typeof header?.key !== 'string') throw new TypeError('the key of a header must be a string')
    if (header.value !== null && !(header.value instanceof Uint8Array)) throw new TypeError(`the value of header ${header.key} must be a Uint8Array or null`)
    this.#isChanged = true
    this.#headers.push({ key: header.key, value: header.value })
    return this
  }
  remove(key: string): this {
    this.#isChanged = true
    this.#headers = this.#headers.filter((header) => header.key !== key)
    return this
  }
  lastHeader(key: string): RecordHeader | null {
    return this.#headers.findLast((header) => header.key === key) ?? null
  }
  headers(key: string): RecordHeader[] {
    return this.#headers.filter((header) => header.key === key)
  }
  toArray(): RecordHeader[] {
    return [...this.#headers]
  }
  [Symbol.iterator](): ArrayIterator<RecordHeader> {
    return this.#headers[Symbol.iterator]()
  }
}
