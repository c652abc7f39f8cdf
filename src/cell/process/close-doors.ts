/**
 * The second wall's gaps, closed before any guest is there. Node's permission model keeps files, network, processes and threads, but it lets
 * code signal and renice other processes, have V8 write trace files and have Node write a report of a crash to any path (measured on Node 26.10;
 * test/cell/second-wall.test.ts). A cell needs none of it, nor a second native addon. What is taken here is out of reach of JavaScript that
 * got out of its isolate; machine code in the process could still do what the system allows its user.
 */
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import v8 from 'node:v8'
import { coded } from './outcome.ts'

/** After isolated-vm is loaded: it is the one addon. */
export const closeDoors = (): void => {
  process.permission.drop('addon')
  for (const name of ['kill', '_kill', '_debugProcess', '_debugEnd']) close(process, name)
  close(os, 'setPriority')
  close(v8, 'setFlagsFromString')
  Object.defineProperty(process, 'report', { get: () => refuse('report'), enumerable: true, configurable: false })
  syncBuiltinESMExports() // for those who import them
}

const refuse = (name: string): never => {
  throw coded('ERR_ACCESS_DENIED', `${name} is closed in a cell`)
}
const close = (owner: object, name: string): void => {
  Object.defineProperty(owner, name, { value: () => refuse(name), enumerable: true, writable: false, configurable: false })
}
