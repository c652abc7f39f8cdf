/**
 * The offset store's interface: where source offsets are kept, whatever keeps them (Kafka's OffsetBackingStore with its
 * reader and writer). Partitions and offsets are JSON texts of objects; a null offset removes what was stored.
 */
export type OffsetEntry = { readonly partition: string; readonly offset: string | null }
export type StoredOffset = { readonly partition: string; readonly offset: string }

export interface OffsetStore {
  /** Reads what is there. Rejects with a coded error when it cannot be read; nothing is written then. */
  start(): Promise<void>
  /** Offsets in the order of `partitions`; null where none is stored. Partitions are compared structurally. */
  read(connector: string, partitions: readonly string[]): Promise<readonly (string | null)[]>
  /** Resolves when the entries are durable. Later entries win over earlier ones for the same partition. */
  write(connector: string, entries: readonly OffsetEntry[]): Promise<void>
  /** Every partition of the connector that has an offset, in a stable order. */
  offsets(connector: string): Promise<readonly StoredOffset[]>
  /** Waits for what is being written. Idempotent. */
  stop(): Promise<void>
}
