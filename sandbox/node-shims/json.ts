/** JSON.parse as it should be: V8's own misreads keys that are written with escapes (src/data/json.ts has the scar). */
import { parseJson, type Reviver } from '../../src/data/json.ts'

export const installJson = (): void => {
  const parse = (text: unknown, reviver: unknown): unknown =>
    parseJson(typeof text === 'string' ? text : `${text as string}`, typeof reviver === 'function' ? (reviver as Reviver) : undefined)
  // a bundler names it after where it stands
  Object.defineProperty(parse, 'name', { value: 'parse', configurable: true })
  Object.defineProperty(JSON, 'parse', { value: parse, enumerable: false, configurable: true, writable: true })
}
