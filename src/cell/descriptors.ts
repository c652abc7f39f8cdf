/**
 * Descriptors that whoever started the worker left open beside the standard ones (a lock, a log, a socket): Node hands them on to its children.
 * A cell gets /dev/null in their place. Node's own are closed in children by themselves. Linux only; elsewhere there is no telling which they are.
 */
import { openSync, readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000
let found: readonly number[] | undefined
let nowhere: number | undefined

/** `stdio` of a cell, its own descriptors first. */
export const stdioOf = (own: readonly ('ignore' | 'pipe')[]): ('ignore' | 'pipe' | number)[] => {
  found ??= process.platform === 'linux' ? leftOpen() : []
  const stdio: ('ignore' | 'pipe' | number)[] = [...own]
  for (const descriptor of found) {
    if (descriptor < own.length) continue
    // past the third, Node takes 'ignore' for "as it is"
    while (stdio.length < descriptor) stdio.push('ignore')
    stdio[descriptor] = nowhere ??= openSync('/dev/null', 'r+')
  }
  return stdio
}

const leftOpen = (): readonly number[] =>
  readdirSync('/proc/self/fd')
    .map(Number)
    .filter((descriptor) => descriptor > 2 && !isClosedOnExec(descriptor))
    .toSorted((a, b) => a - b)

const isClosedOnExec = (descriptor: number): boolean => {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & closeOnExec) !== 0
  } catch {
    return true // the listing's own, gone by now
  }
}
