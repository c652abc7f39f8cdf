/** The one door to isolated-vm: its prebuilt addon, loaded by path, since its own loader probes files the cell may not read. */
import type ivm from 'isolated-vm'

export type Ivm = typeof ivm
export type { ExternalCopy, Isolate, Reference } from 'isolated-vm'

/** An escape (GHSA-864f-rcv7-6rh4) affects all versions before this one. */
const minimum = [7, 0, 1] as const

export const isSafeVersion = (version: string): boolean => {
  const parts = /^(\d+)\.(\d+)\.(\d+)(-.*)?$/.exec(version)
  if (parts === null) return false
  for (let at = 0; at < minimum.length; at++) {
    const part = Number(parts[at + 1])
    if (part !== minimum[at]) return part > (minimum[at] as number)
  }
  // 7.0.1-beta comes before 7.0.1
  return parts[4] === undefined
}

export const loadIvm = (addonFile: string, version: string): Ivm => {
  if (!isSafeVersion(version)) throw new Error(`isolated-vm ${version} can be escaped from (GHSA-864f-rcv7-6rh4): ${minimum.join('.')} or newer is needed`)
  const loaded = { exports: {} as { readonly ivm?: Ivm } }
  process.dlopen(loaded, addonFile)
  if (loaded.exports.ivm === undefined) throw new Error(`${addonFile} is not isolated-vm`)
  return loaded.exports.ivm
}
