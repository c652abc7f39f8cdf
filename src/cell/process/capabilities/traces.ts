/**
 * Stack traces that point to the author's files. The bundle is one file; the map beside it (`<bundle>.map`, src/plugins/cache.ts) says which line of
 * which file each of its lines was. Here and not in the worker: reading a map takes time and memory, which are the plugin's own, and so is what
 * becomes of a map that is no good: traces stay as they are. Other half: sandbox/runtime/errors.ts.
 */
import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import type { PluginRef } from '../../options.ts'

/** The text with each `class:line:column` that ends a line of a trace in terms of the author's files, where the map knows it. */
export type PlacesOf = (text: string) => string

export const openTraces = ({ className, bundleFile }: PluginRef): PlacesOf => {
  const place = new RegExp(`(?<=[ (])${RegExp.escape(className)}:(\\d+):(\\d+)(?=\\)?$)`, 'gm')
  let known: SourceMap | null | undefined
  return (text) => {
    if (!text.includes(`${className}:`)) return text
    const map = (known ??= readMap(`${bundleFile}.map`))
    return map === null ? text : text.replace(place, (whole, line: string, column: string) => authored(map, Number(line), Number(column)) ?? whole)
  }
}

const readMap = (file: string): SourceMap | null => {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload)
  } catch {
    return null // a bundle that was built without one
  }
}

/** V8 counts from 1, maps from 0. An entry of an earlier line is that of code which no file has, such as the bundler's own helpers. */
const authored = (map: SourceMap, line: number, column: number): string | null => {
  const entry = map.findEntry(line - 1, column - 1)
  if (!('originalSource' in entry) || entry.generatedLine !== line - 1) return null
  return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
}
