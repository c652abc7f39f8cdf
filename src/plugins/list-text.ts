/**
 * The text of `isoconnect plugins list`: what can be used under which names, what it asks for, and what was refused and why. Pure.
 * `connect-plugin-path list` prints Kafka's own table (tab-separated, the same columns and summary).
 */
import { prunedName, simpleName } from './aliases.ts'
import { limitKeys } from './manifest.ts'
import type { DeclaredLimits, DeclaredPermissions, Plugin, Quarantined } from './types.ts'

type Listed = { readonly plugins: readonly Plugin[]; readonly quarantined: readonly Quarantined[]; readonly aliases: (className: string) => readonly string[] }

export const pluginListText = ({ plugins, quarantined, aliases }: Listed): string => {
  const lines: string[] = []
  if (plugins.length === 0) lines.push('No plugins found.')
  else {
    const rows = plugins.map(({ className, type, version, location }) => [className, type, version, aliases(className).join(', ') || '-', location])
    lines.push(...table([['CLASS', 'TYPE', 'VERSION', 'ALIASES', 'LOCATION'], ...rows]))
    // Permissions and limits belong to a bundle, not to each of its classes.
    for (const plugin of new Map(plugins.map((each) => [each.location, each])).values()) {
      const asked = [...permissionLines(plugin.permissions), ...limitLines(plugin.limits)]
      lines.push('', `${plugin.bundle} ${plugin.version} ${asked.length === 0 ? 'asks for no permissions' : 'asks for:'}`, ...asked.map((line) => `  ${line}`))
    }
  }
  if (quarantined.length > 0) {
    lines.push('', `Quarantined (${quarantined.length}):`)
    for (const { location, bundle, version, code, reason, since } of quarantined) {
      lines.push(`  ${location}${bundle === null ? '' : ` (${printable(bundle)} ${printable(version ?? '')})`}, ${code} since ${since}`, `    ${printable(reason)}`)
    }
  }
  return `${lines.join('\n')}\n`
}

export const permissionLines = ({ fs, net, stdio }: DeclaredPermissions): readonly string[] => [
  ...fs.map(({ path, access, reason }) => `${access.padEnd(10)} ${path}  (${reason})`),
  ...net.map(({ host, port, reason }) => `connect to ${host}:${port}  (${reason})`),
  ...(stdio ? ['the standard input and output of a standalone worker'] : []),
]

export const limitLines = (limits: DeclaredLimits): readonly string[] =>
  limitKeys.flatMap(({ key, field }) => (limits[field] === undefined ? [] : [`limit      ${key} = ${limits[field]}`]))

const listColumns = ['pluginName', 'firstAlias', 'secondAlias', 'pluginVersion', 'pluginType', 'isLoadable', 'hasManifest', 'pluginLocation']

/** Kafka's `connect-plugin-path list`. What is quarantined is a plugin that cannot be loaded; its class is not known for sure. */
export const pluginPathListText = ({ plugins, quarantined }: Pick<Listed, 'plugins' | 'quarantined'>): string => {
  const rows = [
    ...plugins.map((plugin) => {
      const [first = 'N/A', second = 'N/A'] = new Set([simpleName(plugin.className), prunedName(plugin)])
      return [plugin.className, first, second, plugin.version, plugin.type, 'true', 'true', plugin.location]
    }),
    ...quarantined.map(({ bundle, version, location }) => [bundle ?? 'N/A', 'N/A', 'N/A', version ?? 'undefined', 'N/A', 'false', String(bundle !== null), location]),
  ]
  const summary = [`Total plugins:      \t${rows.length}`, `Loadable plugins:   \t${plugins.length}`, `Compatible plugins: \t${plugins.length}`]
  return `${[listColumns, ...rows].map((row) => row.map(printable).join('\t')).join('\n')}\n\n${summary.join('\n')}\n`
}

const table = (rows: readonly (readonly string[])[]): readonly string[] => {
  const widths = (rows[0] ?? []).map((_head, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '))
}

/** Names of refused bundles were never checked: they may not steer the terminal or break the table. */
const printable = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
