/**
 * The one table of coded errors. A code is part of the interface: `docs/errors.md` lists every one, a test compares both ways.
 * Messages say cause and remedy and never hold a secret. Where Kafka's wording is visible from outside, it is kept.
 */
export const errorTable = {
  BAD_REQUEST: { status: 400, summary: 'The request cannot be understood.' },
  CONFIG_INVALID: { status: 400, summary: 'A worker or connector configuration has wrong keys; the message names each.' },
  NOT_FOUND: { status: 404, summary: 'No such connector, task, plugin or logger.' },
  ALREADY_EXISTS: { status: 409, summary: 'A connector of that name exists.' },
  CONFLICT: { status: 409, summary: 'The worker is busy with a conflicting operation; try again.' },
  TIMEOUT: { status: 500, summary: 'The operation did not end in time.' },
  INTERNAL: { status: 500, summary: 'Something went wrong that has no code of its own.' },
} as const satisfies Record<string, { readonly status: number; readonly summary: string }>

export type ErrorCode = keyof typeof errorTable

/** An error for the operator. `status` is the HTTP status the REST room answers with. */
export class ConnectError extends Error {
  override readonly name: string = 'ConnectError'
  readonly code: ErrorCode
  readonly status: number
  constructor(code: ErrorCode, message: string, options: { readonly cause?: unknown; readonly status?: number } = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.status = options.status ?? errorTable[code].status
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
