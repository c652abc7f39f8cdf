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
  PLUGIN_FAILED: { status: 500, summary: 'A plugin threw, hung or crashed while it was described or validated; the message has its reason.' },
  KAFKA_UNREACHABLE: { status: 500, summary: 'No broker of bootstrap.servers answered at start.' },
  OFFSET_FILE_UNREADABLE: { status: 500, summary: 'The standalone offset file exists but cannot be read or understood; it is never overwritten.' },
  OFFSET_FILE_UNWRITABLE: { status: 500, summary: 'The standalone offset file cannot be written, so source offsets are not being saved.' },
  PLUGIN_UNKNOWN: { status: 400, summary: 'No plugin on the shelf has that class or alias.' },
  PLUGIN_AMBIGUOUS: { status: 400, summary: 'An alias fits several plugin classes; the message lists them. Use the full class name.' },
  PLUGIN_VERSION: { status: 400, summary: 'No version of the plugin is in the wanted range; the message lists the versions there are.' },
  PLUGIN_VERSION_RANGE: { status: 400, summary: 'A version or version range cannot be understood.' },
  PLUGIN_UNREADABLE: { status: 500, summary: 'A folder or file on plugin.path cannot be read (quarantine).' },
  PLUGIN_MANIFEST: { status: 500, summary: 'The package.json of a bundle is wrong; the reason names the key and what is allowed (quarantine).' },
  PLUGIN_TARBALL: { status: 500, summary: 'A .tgz is not a whole, harmless npm pack tarball (quarantine).' },
  PLUGIN_BUNDLING: { status: 500, summary: 'The code of a bundle could not be bundled; the reason names file and line (quarantine).' },
  PLUGIN_NATIVE: { status: 500, summary: 'A bundle needs a native addon, which no isolate can load (quarantine).' },
  PLUGIN_DUPLICATE: { status: 500, summary: 'Another bundle already has a class of this bundle in the same version (quarantine).' },
  PLUGIN_CACHE: { status: 500, summary: 'The plugin cache directory cannot be used: it must be writable and owned by the user of the worker.' },
  DEV_BROKER_UNAVAILABLE: { status: 500, summary: 'The dev broker cannot start: its port is taken, or its data directory is in use or unreadable.' },
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
