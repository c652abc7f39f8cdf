/** What a cell is started with: which bundle, what it may touch, how much it may use. Plain data, also sent over the wire. */

/** A plugin class of a bundle on the shelf, as the cell needs it. */
export type PluginRef = {
  /** The bundled JavaScript (CommonJS, node builtins and `isoconnect` external), absolute path in the digest cache. */
  readonly bundleFile: string
  /** Its class and the export that holds it. Task classes are found by the Connector's `taskClass()`. */
  readonly className: string
  readonly exportName: string
  readonly version: string
}

export type FsGrant = { readonly path: string; readonly access: 'read' | 'write' | 'read-write'; readonly reason: string }
export type NetGrant = { readonly host: string; readonly port: string; readonly reason: string }
/** Permissions of the manifest with its templates filled in from the connector's validated configuration. Absolute paths. */
export type Grants = { readonly fs: readonly FsGrant[]; readonly net: readonly NetGrant[]; readonly stdio: boolean }

export type CellLimits = {
  readonly memoryMb: number
  /** Process RSS above this kills the cell: isolate memory of all guests plus the runtime's own share. */
  readonly rssMb: number
  readonly cpuPercent: number
  readonly callTimeoutMs: number
}
