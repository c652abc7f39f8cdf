/** `util.inspect` and `util.format`, for people to read: the shapes Node prints, not every option of it. */
type Options = { readonly depth?: number | null; readonly colors?: boolean; readonly breakLength?: number; readonly maxArrayLength?: number | null }
export const custom = Symbol.for('nodejs.util.inspect.custom')

export const inspect = (value: unknown, options: Options = {}): string => {
  const seen: object[] = []
  const maxDepth = options.depth === null ? 100 : (options.depth ?? 2)
  const maxItems = options.maxArrayLength === null ? 10_000 : (options.maxArrayLength ?? 100)

  const show = (item: unknown, depth: number): string => {
    switch (typeof item) {
      case 'string':
        return quote(item)
      case 'bigint':
        return `${item}n`
      case 'number':
        return Object.is(item, -0) ? '-0' : String(item)
      case 'symbol':
      case 'boolean':
      case 'undefined':
        return String(item)
      case 'function':
        return /^class[\s{]/.test(Function.prototype.toString.call(item)) ? `[class ${item.name || '(anonymous)'}]` : `[Function: ${item.name || '(anonymous)'}]`
      default:
        return item === null ? 'null' : showObject(item as object, depth)
    }
  }
  const showObject = (item: object, depth: number): string => {
    if (seen.includes(item)) return '[Circular *1]'
    const own = (item as Record<symbol, unknown>)[custom]
    if (typeof own === 'function') {
      const shown: unknown = own.call(item, maxDepth - depth, options, inspect)
      if (shown !== item) return typeof shown === 'string' ? shown : show(shown, depth)
    }
    if (item instanceof Error) return showError(item, depth)
    if (item instanceof Date) return Number.isNaN(item.getTime()) ? 'Invalid Date' : item.toISOString()
    if (item instanceof RegExp) return String(item)
    if (item instanceof Promise) return 'Promise { … }'
    if (depth > maxDepth) return Array.isArray(item) ? '[Array]' : `[${nameOf(item) || 'Object'}]`
    seen.push(item)
    try {
      return showEntries(item, depth)
    } finally {
      seen.pop()
    }
  }
  const showEntries = (item: object, depth: number): string => {
    const name = nameOf(item)
    if (Array.isArray(item)) return wrap(name === 'Array' ? '' : `${name}(${item.length})`, '[', [...limited(item, (each) => show(each, depth + 1)), ...properties(item, depth, /^\d+$/)], ']')
    if (ArrayBuffer.isView(item) && !(item instanceof DataView)) return wrap(`${name}(${(item as Uint8Array).length})`, '[', limited([...(item as Uint8Array).subarray(0, maxItems + 1)], String, (item as Uint8Array).length), ']')
    if (item instanceof Map) return wrap(`${name}(${item.size})`, '{', limited([...item], ([key, value]) => `${show(key, depth + 1)} => ${show(value, depth + 1)}`), '}')
    if (item instanceof Set) return wrap(`${name}(${item.size})`, '{', limited([...item], (each) => show(each, depth + 1)), '}')
    if (item instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${item.byteLength} }`
    return wrap(name === 'Object' ? '' : name === '' ? '[Object: null prototype]' : name, '{', properties(item, depth), '}')
  }
  const properties = (item: object, depth: number, without?: RegExp): string[] =>
    Reflect.ownKeys(item).flatMap((key) => {
      if (typeof key === 'string' && without?.test(key)) return []
      const property = Object.getOwnPropertyDescriptor(item, key)
      if (!property?.enumerable) return []
      const label = typeof key === 'symbol' ? `[${String(key)}]` : /^[\w$]+$/.test(key) ? key : quote(key)
      return [`${label}: ${property.get !== undefined || property.set !== undefined ? (property.set === undefined ? '[Getter]' : property.get === undefined ? '[Setter]' : '[Getter/Setter]') : show(property.value, depth + 1)}`]
    })
  const showError = (error: Error, depth: number): string => {
    const head = typeof error.stack === 'string' && error.stack !== '' ? error.stack : `${error.name}: ${error.message}`
    seen.push(error)
    const extra = properties(error, depth, /^(stack|message|name)$/)
    const cause = error.cause === undefined ? [] : [`[cause]: ${show(error.cause, depth + 1)}`]
    seen.pop()
    return extra.length + cause.length === 0 ? head : `${head} {\n  ${[...extra.filter((line) => !line.startsWith('cause:')), ...cause].join(',\n  ')}\n}`
  }
  const limited = <T>(items: readonly T[], each: (item: T) => string, total = items.length): string[] => {
    const shown = items.slice(0, maxItems).map(each)
    if (total > shown.length) shown.push(`... ${total - shown.length} more items`)
    return shown
  }
  const wrap = (name: string, open: string, parts: readonly string[], close: string): string => {
    const head = name === '' ? '' : `${name} `
    if (parts.length === 0) return `${head}${open}${close}`
    const line = `${head}${open} ${parts.join(', ')} ${close}`
    return line.length <= 76 && !line.includes('\n') ? line : `${head}${open}\n  ${parts.join(',\n').replaceAll('\n', '\n  ')}\n${close}`
  }
  try {
    return show(value, 0)
  } catch (error) {
    return `[a value that cannot be shown: ${String(error)}]`
  }
}

const quote = (text: string): string => (text.includes("'") && !text.includes('"') ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`)
const nameOf = (item: object): string => {
  for (let at: object | null = item; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const made = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as { readonly name?: unknown } | undefined
    if (typeof made === 'function' && typeof made.name === 'string' && made.name !== '') return made.name
  }
  return ''
}

export const format = (...args: readonly unknown[]): string => {
  let at = 0
  let text = ''
  if (typeof args[0] === 'string') {
    at = 1
    text = args.length === 1 ? args[0] : args[0].replaceAll(/%([sdifjoOc%])/g, (whole, kind: string) => {
      if (kind === '%') return '%'
      if (at >= args.length) return whole
      const value = args[at++]
      switch (kind) {
        case 's':
          return typeof value === 'string' ? value : typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : typeof value === 'bigint' ? `${value}n` : String(value)
        case 'd':
          return typeof value === 'bigint' ? `${value}n` : typeof value === 'object' ? 'NaN' : String(Number(value))
        case 'i':
          return typeof value === 'bigint' ? `${value}n` : String(Number.parseInt(String(value), 10))
        case 'f':
          return String(Number.parseFloat(String(value)))
        case 'j':
          try {
            return JSON.stringify(value) ?? 'undefined'
          } catch {
            return '[Circular]'
          }
        case 'c':
          return ''
        default:
          return inspect(value, { depth: 4 })
      }
    })
  }
  for (; at < args.length; at++) {
    const value = args[at]
    text += `${text === '' && at === 0 ? '' : ' '}${typeof value === 'string' ? value : inspect(value)}`
  }
  return text
}
