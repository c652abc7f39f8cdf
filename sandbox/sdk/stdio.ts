/**
 * The worker's standard input and output, for connectors whose manifest asks for `"stdio": true`, in standalone mode.
 * Anywhere else a call fails with an error that says so.
 */
import { askHost } from '../runtime/bridge.ts'

export const stdio: {
  /** The next bytes of standard input, at most so many; waits for them. Null: it has ended. */
  read(maxBytes?: number): Promise<Uint8Array | null>
  /** Writes text to standard output as it is; resolves when it is taken. */
  write(text: string): Promise<void>
} = {
  read: (maxBytes = 64 * 1024) => askHost('readStdin', [maxBytes]),
  write: (text) => askHost('writeStdout', [text]),
}
