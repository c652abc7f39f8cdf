/** Connect's exceptions, for both sides of the wall. Names and meaning are Kafka's; `retriable` decides what a task loop does. */

export class ConnectException extends Error {
  override readonly name: string = 'ConnectException'
  readonly retriable: boolean = false
}

/** The operation may succeed when tried again: `poll` and `put` are repeated, transformations and converters retried. */
export class RetriableException extends ConnectException {
  override readonly name: string = 'RetriableException'
  override readonly retriable: boolean = true
}

/** A value does not fit its schema, or bytes do not fit the converter. */
export class DataException extends ConnectException {
  override readonly name: string = 'DataException'
  /** What an author can do about it in JavaScript, where Kafka's words do not say: the guest's traces show it, Kafka's message stays as it is. */
  readonly hint: string | null

  constructor(message: string, { hint = null, ...options }: ErrorOptions & { readonly hint?: string | null } = {}) {
    super(message, options)
    this.hint = hint
  }
}

export class SchemaBuilderException extends DataException {
  override readonly name: string = 'SchemaBuilderException'
}

export class SchemaProjectorException extends DataException {
  override readonly name: string = 'SchemaProjectorException'
}

/** `new ConfigException(message)` or `new ConfigException(name, value, message?)`, worded as Kafka words it. */
export class ConfigException extends ConnectException {
  override readonly name: string = 'ConfigException'
  constructor(nameOrMessage: string, ...rest: readonly [] | readonly [value: unknown, message?: string | null]) {
    super(rest.length === 0 ? nameOrMessage : `Invalid value ${String(rest[0])} for configuration ${nameOrMessage}${rest[1] == null ? '' : `: ${rest[1]}`}`)
  }
}
