/** Our own version, from package.json, wherever the code runs from (src/ in a checkout, dist/src/ when installed). */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const findRoot = (folder: string): string => (existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder)))

/** The package's folder: holds plugin-path/, samples/ and docs/. */
export const packageRoot = findRoot(import.meta.dirname)
export const version = (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version
