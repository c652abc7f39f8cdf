/** Kafka's three config providers: a properties file, a directory of files, the environment. */
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { isAbsolute, join, normalize, sep } from 'node:path'
import { ConfigException } from '../data/errors.ts'
import { logger } from '../log.ts'
import type { ConfigProvider, Environment } from './config-provider.ts'
import { fullMatch } from './java-regex.ts'
import { parseProperties } from './properties.ts'

type Params = Readonly<Record<string, string>>
const packageName = 'org.apache.kafka.common.config.provider'

/** `allowed.paths`: null for a path outside them. Without the parameter every path is allowed. */
const allowedPaths = (params: Params): ((path: string) => string | null) => {
  const text = params['allowed.paths'] ?? ''
  if (text === '') return (path) => path
  const roots = text.split(',').map((item) => {
    const path = normalize(item)
    if (!isAbsolute(path)) throw new ConfigException(`Path ${path} is not absolute`)
    if (!existsSync(path)) throw new ConfigException(`Path ${path} does not exist`)
    return path.endsWith(sep) && path !== sep ? path.slice(0, -1) : path
  })
  return (path) => {
    const wanted = normalize(path)
    return roots.some((root) => wanted === root || wanted.startsWith(root === sep ? sep : root + sep)) ? wanted : null
  }
}
const pick = (data: Params, keys: ReadonlySet<string>): Record<string, string> => Object.fromEntries(Object.entries(data).filter(([key]) => keys.has(key)))

export const createFileProvider = (params: Params): ConfigProvider => {
  const log = logger(`${packageName}.FileConfigProvider`)
  const allowed = allowedPaths(params)
  return {
    async get(path, keys) {
      if (path === '') return { data: {} }
      const file = allowed(path)
      if (file === null) {
        log.warn(`The path ${path} is not allowed to be accessed`)
        return { data: {} }
      }
      let text: string
      try {
        text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file))
      } catch (error) {
        log.error(`Could not read properties from file ${path}`, error)
        throw new ConfigException(`Could not read properties from file ${path}`)
      }
      return { data: pick(parseProperties(text, { source: path }), keys) }
    },
  }
}

export const createDirectoryProvider = (params: Params): ConfigProvider => {
  const log = logger(`${packageName}.DirectoryConfigProvider`)
  const allowed = allowedPaths(params)
  const isFile = async (path: string): Promise<boolean> => (await stat(path)).isFile()
  return {
    async get(path, keys) {
      if (path === '') return { data: {} }
      const directory = allowed(path)
      if (directory === null) {
        log.warn(`The path ${path} is not allowed to be accessed`)
        return { data: {} }
      }
      if (!(await stat(directory).then((found) => found.isDirectory(), () => false))) {
        log.warn(`The path ${path} is not a directory`)
        return { data: {} }
      }
      let names: readonly string[]
      try {
        names = await readdir(directory)
      } catch (error) {
        log.error(`Could not list directory ${directory}`, error)
        throw new ConfigException(`Could not list directory ${directory}`)
      }
      const data: Record<string, string> = {}
      for (const name of names.filter((entry) => keys.has(entry))) {
        const file = join(directory, name)
        try {
          if (await isFile(file)) data[name] = await readFile(file, 'utf8')
        } catch (error) {
          log.error(`Could not read file ${file} for property ${name}`, error)
          throw new ConfigException(`Could not read file ${file} for property ${name}`)
        }
      }
      return { data }
    },
  }
}

export const createEnvVarProvider = (params: Params, env: Environment): ConfigProvider => {
  const log = logger(`${packageName}.EnvVarConfigProvider`)
  const pattern = params['allowlist.pattern']
  if (pattern === undefined) log.info("No pattern for environment variables provided. Using default pattern '(.*)'.")
  const matches = fullMatch(pattern ?? '.*')
  const visible = Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value !== undefined && matches.test(key) ? [[key, value]] : [])))
  return {
    get(path, keys) {
      if (path !== '') {
        log.error(`Path is not supported for EnvVarConfigProvider, invalid value '${path}'`)
        return Promise.reject(new ConfigException(`Path is not supported for EnvVarConfigProvider, invalid value '${path}'`))
      }
      return Promise.resolve({ data: pick(visible, keys) })
    },
  }
}
