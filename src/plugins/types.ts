/** The plugin shelf's interfaces: what is on `plugin.path`, under which names and versions, and what was refused. Runs no plugin code. */
import type { Grants, PluginRef } from '../cell/options.ts'
import type { PluginDescription, StringMap } from '../wire/guest-api.ts'

export type PluginType = 'source' | 'sink' | 'transformation' | 'predicate' | 'converter' | 'header_converter' | 'config_provider'
/** What a setting may name: one type, or either kind of connector. */
export type PluginKind = PluginType | 'connector'

/** A permission as the manifest declares it: `${config:key}` templates not yet filled in. */
export type DeclaredFs = { readonly path: string; readonly access: 'read' | 'write' | 'read-write'; readonly reason: string }
export type DeclaredNet = { readonly host: string; readonly port: string; readonly reason: string }
export type DeclaredPermissions = { readonly fs: readonly DeclaredFs[]; readonly net: readonly DeclaredNet[]; readonly stdio: boolean }
export type DeclaredLimits = { readonly memoryMb?: number; readonly pollTimeoutMs?: number; readonly putTimeoutMs?: number; readonly callTimeoutMs?: number; readonly cpuPercent?: number }

/** One class in one version of one bundle. */
export type Plugin = {
  readonly type: PluginType
  readonly className: string
  readonly exportName: string
  readonly version: string
  /** npm package name, and the folder or tarball it came from. */
  readonly bundle: string
  readonly location: string
  /** SHA-256 of the bundled code, hex. */
  readonly digest: string
  readonly bundleFile: string
  readonly permissions: DeclaredPermissions
  readonly limits: DeclaredLimits
}
export type Quarantined = { readonly location: string; readonly bundle: string | null; readonly version: string | null; readonly code: string; readonly reason: string; readonly since: string }

export interface Shelf {
  /** All plugins that can be used, by class then version (newest last). */
  list(type?: PluginKind): readonly Plugin[]
  quarantined(): readonly Quarantined[]
  /**
   * By full class name, simple name, or simple name without its suffix; `version` is exact, a semver range or a Maven range;
   * absent or `latest` = newest. Throws coded errors with Kafka's words: unknown, ambiguous (lists candidates), no such version.
   */
  find(nameOrAlias: string, version?: string | null, type?: PluginKind): Plugin
  versions(nameOrAlias: string): readonly string[]
  aliases(className: string): readonly string[]
  ref(plugin: Plugin): PluginRef
  /** Permission templates filled in from a connector's resolved configuration; entries whose variables are absent or empty are left out. */
  grants(plugin: Plugin, config: StringMap): Grants
  /** A description learned in a cell is kept beside the digest cache so that the next start needs no cell. */
  description(plugin: Plugin): Promise<PluginDescription | null>
  remember(plugin: Plugin, description: PluginDescription): Promise<void>
  /** Takes a class off the shelf that could not be loaded, into quarantine, until its bundle changes or the worker starts again. */
  condemn(plugin: Plugin, reason: string): void
  /** Plugins came, went or were quarantined (live pick-up). Returns unsubscribe. */
  onChange(listener: () => void): () => void
  close(): Promise<void>
}
export type OpenShelf = (options: {
  readonly pluginPath: readonly string[]
  readonly cacheDir: string
  readonly watch: boolean
}) => Promise<Shelf>
