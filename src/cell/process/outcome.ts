/** The cell's own errors as data, for guest and worker. Only what the guest may see: no stacks, no paths of ours. */
import type { GuestError } from '../../wire/guest-api.ts'

export const errorData = (error: unknown): GuestError => {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const code = (error as { readonly code?: unknown } | null)?.code
  return { name, message, stack: '', retriable: false, ...(typeof code === 'string' ? { code } : {}) }
}
/** An error for the guest with a code, as Node's own have. */
export const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code })
