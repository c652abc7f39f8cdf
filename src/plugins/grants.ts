/**
 * What a manifest's permissions come to for one connector: `${config:key}` filled in from its resolved configuration, paths absolute.
 *
 * - An entry with a variable that is absent or empty is left out: what the connector was not given, it may not touch.
 * - A value may be any path only where its variable opens the template (`${config:file}`, `${config:dir}/done`): that is the
 *   operator's own choice. Anywhere else a value may go deeper but never up or sideways: `.` and `..` segments and values
 *   of slashes alone would make `/data/${config:tenant}` mean all of `/data`, or more. Such entries are left out, with a warning.
 * - A host or port from the configuration is one host or one port; `*` can only be declared, where everyone sees it.
 */
import { resolve } from 'node:path'
import type { FsGrant, Grants, NetGrant } from '../cell/options.ts'
import type { StringMap } from '../wire/guest-api.ts'
import { hasControl, isPort } from './manifest.ts'
import type { DeclaredPermissions } from './types.ts'

/** `refused` says in sentences which entries were left out though all their variables have values. */
export type FilledGrants = { readonly grants: Grants; readonly refused: readonly string[] }

type Filled = { readonly text: string; /** Length of the value that opens the text; 0 when the template opens with its own words. */ readonly leading: number; readonly values: readonly string[] }

const variablePattern = /\$\{config:([^{}]+)\}/g
const hostValuePattern = /^[A-Za-z0-9._-]+$|^\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?$/

export const fillGrants = (permissions: DeclaredPermissions, config: StringMap, cwd: string): FilledGrants => {
  const refused: string[] = []
  const fs = permissions.fs.flatMap(({ path, access, reason }): FsGrant[] => {
    const filled = fill(path, config)
    if (filled === null) return []
    const problem = pathProblem(filled)
    if (problem === null) return [{ path: resolve(cwd, filled.text), access, reason }]
    refused.push(`${access} access to ${path} is not granted: ${problem}`)
    return []
  })
  const net = permissions.net.flatMap(({ host, port, reason }): NetGrant[] => {
    const [filledHost, filledPort] = [fill(host, config), fill(port, config)]
    if (filledHost === null || filledPort === null) return []
    if (filledHost.values.some((value) => !hostValuePattern.test(value))) refused.push(`access to ${host} is not granted: its value is no host name or address`)
    else if (filledPort.values.length > 0 && !isPort(filledPort.text)) refused.push(`access to port ${port} of ${host} is not granted: its value is no port from 1 to 65535`)
    else return [{ host: filledHost.text.toLowerCase(), port: filledPort.text, reason }]
    return []
  })
  return { grants: { fs, net, stdio: permissions.stdio }, refused }
}

/** Null when a variable has no value. */
const fill = (template: string, config: StringMap): Filled | null => {
  const values: string[] = []
  let isComplete = true
  let leading = 0
  const text = template.replace(variablePattern, (_variable, key: string, at: number) => {
    const value = Object.hasOwn(config, key) ? (config[key] ?? '').trim() : ''
    if (value === '') isComplete = false
    if (at === 0) leading = value.length
    values.push(value)
    return value
  })
  return isComplete ? { text, leading, values } : null
}

const pathProblem = ({ text, leading, values }: Filled): string | null => {
  if (hasControl(text)) return 'its value holds a control character'
  const others = leading > 0 ? values.slice(1) : values
  if (others.some((value) => /^\/+$/.test(value))) return 'a value inside the path is nothing but slashes'
  // The last segment of the leading value may run on into the template's next characters (`${config:a}.`), so it is judged with them.
  const start = leading > 0 && text[leading] !== '/' ? text.lastIndexOf('/', leading - 1) + 1 : leading
  const guarded = leading > 0 && leading === text.length ? [] : text.slice(start).split('/')
  return guarded.some((segment) => segment === '.' || segment === '..') ? 'a value inside the path holds a . or .. segment' : null
}
