/**
 * Which record makes a `put` fail (`errors.put.bisect`). A batch that fails is put again in halves, the first half first, until
 * single records are left; those go to the dead letter topic. Pure: what to put next in, verdicts out.
 *
 *   [a b c D]  fails   ->  [a b]  taken   [c D]  fails   ->  [c]  taken   [D]  fails: condemned
 *
 * A sink that takes nothing at all is itself at fault. So a condemned record is held until another one is taken, or the batch is
 * through; and `maxConsecutive` of them in a row, over batches too, are the end of the task instead.
 */
export type Verdict =
  /** Put these next (each a run of the rows of the piece that failed). */
  | { readonly kind: 'split'; readonly pieces: readonly [Rows, Rows] }
  /** The record is held: it failed alone. */
  | { readonly kind: 'condemned' }
  | { readonly kind: 'give-up'; readonly failures: number }
/** From (inclusive) to (exclusive). */
export type Rows = { readonly from: number; readonly to: number }

export class PutBisect {
  readonly #maxConsecutive: number
  #consecutive = 0

  constructor(maxConsecutive: number) {
    this.#maxConsecutive = maxConsecutive
  }
  failed(count: number): Verdict {
    if (count > 1) {
      const middle = count >> 1
      return { kind: 'split', pieces: [{ from: 0, to: middle }, { from: middle, to: count }] }
    }
    this.#consecutive++
    return this.#consecutive >= this.#maxConsecutive ? { kind: 'give-up', failures: this.#consecutive } : { kind: 'condemned' }
  }
  taken(): void {
    this.#consecutive = 0
  }
}
