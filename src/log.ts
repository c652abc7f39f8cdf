/**
 * The one door to pino, and the worker's log: Kafka's logger names and Kafka's default pattern
 * `[%d] %p %X{connector.context}%m (%c)`, one line per event, traces below it. Levels can be set per logger name at run time,
 * by prefix, as `/admin/loggers` does. Secrets of running connectors leave as `[hidden]`, whoever wrote the line.
 */
import pino from 'pino'
import { withoutSecrets } from './log-secrets.ts'

export const levels = ['OFF', 'FATAL', 'ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const
export type Level = (typeof levels)[number]

export interface Logger {
  error(message: string, error?: unknown): void
  warn(message: string, error?: unknown): void
  info(message: string): void
  debug(message: string): void
  trace(message: string): void
  isEnabled(level: Level): boolean
  /** The same logger with an MDC context such as `[name|task-0] `. */
  with(context: string): Logger
}

const two = (value: number): string => String(value).padStart(2, '0')
const timeText = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())},${String(at.getMilliseconds()).padStart(3, '0')}`

type PinoLine = { readonly level: number; readonly time: number; readonly name: string; readonly context?: string; readonly msg: string; readonly trace?: string }
const pinoLevels: Record<Level, number> = { OFF: 100, FATAL: 60, ERROR: 50, WARN: 40, INFO: 30, DEBUG: 20, TRACE: 10 }
const levelText = (value: number): Level => levels.find((level) => pinoLevels[level] === value) ?? 'INFO'

let write: (text: string) => void = (text) => void process.stdout.write(text)
/** Where finished lines go; the demo keeps its live line intact this way. Returns the previous writer. */
export const setLogWriter = (writer: (text: string) => void): ((text: string) => void) => {
  const previous = write
  write = writer
  return previous
}

const root = pino(
  { level: 'trace', base: null, timestamp: () => `,"time":${Date.now()}` },
  {
    write(line: string) {
      const event = JSON.parse(line) as PinoLine
      const head = `[${timeText(new Date(event.time))}] ${levelText(event.level)} ${event.context ?? ''}${withoutSecrets(event.msg)} (${event.name})\n`
      write(event.trace === undefined ? head : `${head}${event.trace}\n`)
    },
  },
)

const configured = new Map<string, Level>([['root', 'INFO']])
const modified = new Map<string, number>()
const known = new Set<string>()

/** The level in force for a logger name: its own, that of its longest configured prefix, or root's. */
export const levelOf = (name: string): Level => {
  for (let prefix = name; prefix !== ''; prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))) {
    const level = configured.get(prefix)
    if (level !== undefined) return level
  }
  return configured.get('root') ?? 'INFO'
}

let version = 0
/** Sets the level of every known logger whose name starts with `namespace` (and of the namespace itself). Returns the changed names, sorted. */
export const setLevel = (namespace: string, level: Level, at: number = Date.now()): readonly string[] => {
  const isRoot = namespace.toLowerCase() === 'root'
  const names = isRoot ? ['root', ...known] : [namespace, ...[...known, ...configured.keys()].filter((name) => name.startsWith(namespace))]
  const changed = [...new Set(names)].filter((name) => levelOf(name) !== level || (!configured.has(name) && name === namespace))
  for (const name of isRoot ? changed : new Set(names)) configured.set(name, level)
  if (isRoot) configured.set('root', level)
  for (const name of changed) modified.set(name, at)
  version++
  for (const listener of levelListeners) listener()
  return changed.toSorted()
}

// Task threads have a log of their own that follows the main thread's: levels go there, finished lines and logger names come back.
const levelListeners = new Set<() => void>()
const loggerListeners = new Set<(name: string) => void>()
export const configuredLevels = (): readonly (readonly [string, Level])[] => [...configured]
/** Takes over the levels of another thread's log. */
export const setLevels = (levels: readonly (readonly [string, Level])[]): void => {
  configured.clear()
  for (const [name, level] of levels) configured.set(name, level)
  version++
}
export const onLevelsChanged = (listener: () => void): (() => void) => {
  levelListeners.add(listener)
  return () => void levelListeners.delete(listener)
}
/** Told of every logger name, those known already included. */
export const onLoggerAdded = (listener: (name: string) => void): void => {
  loggerListeners.add(listener)
  for (const name of known) listener(name)
}
export const addLogger = (name: string): void => {
  if (known.has(name)) return
  known.add(name)
  for (const listener of loggerListeners) listener(name)
}
/** A finished line of another thread. */
export const writeLog = (text: string): void => write(text)

export const loggers = (): readonly { readonly name: string; readonly level: Level; readonly lastModified: number | null }[] =>
  ['root', ...known, ...configured.keys()]
    .filter((name, index, all) => all.indexOf(name) === index)
    .toSorted()
    .map((name) => ({ name, level: levelOf(name), lastModified: modified.get(name) ?? null }))

/** A stack with its causes, as Java prints them: `Caused by: …`. Without secrets. */
export const traceOf = (error: unknown): string => withoutSecrets(wholeTrace(error))
const wholeTrace = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? `${error.name}: ${error.message}`
  return error.cause === undefined ? own : `${own}\nCaused by: ${wholeTrace(error.cause)}`
}

export const logger = (name: string, context = ''): Logger => {
  addLogger(name)
  let seen = -1
  let threshold = 0
  const enabled = (level: Level): boolean => {
    if (seen !== version) {
      seen = version
      threshold = pinoLevels[levelOf(name)]
    }
    return pinoLevels[level] >= threshold
  }
  const emit = (level: Exclude<Level, 'OFF'>, message: string, error?: unknown): void => {
    if (!enabled(level)) return
    const fields = { name, ...(context === '' ? {} : { context }), ...(error === undefined ? {} : { trace: traceOf(error) }) }
    root[level.toLowerCase() as 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'](fields, message)
  }
  return {
    error: (message, error) => emit('ERROR', message, error),
    warn: (message, error) => emit('WARN', message, error),
    info: (message) => emit('INFO', message),
    debug: (message) => emit('DEBUG', message),
    trace: (message) => emit('TRACE', message),
    isEnabled: enabled,
    with: (next) => logger(name, next),
  }
}
