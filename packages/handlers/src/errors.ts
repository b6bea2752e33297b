/** One field of the params that does not fit the schema. `received` is the value's type, never the value: it may be a secret. */
export interface ParamsProblem {
  /** Dotted path into the params, `(params)` for the object itself. */
  path: string
  message: string
  received: string
}

/** Params that do not fit their handler's schema. */
export class HandlerParamsError extends Error {
  override name = 'HandlerParamsError'
  readonly code = 'PARAMS_INVALID'

  constructor(
    message: string,
    readonly details: ParamsProblem[],
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** A returned value that cannot be stored as an execution's JSON result. */
export class HandlerResultError extends Error {
  override name = 'HandlerResultError'

  constructor(
    readonly code: 'RESULT_NOT_JSON' | 'RESULT_TOO_LARGE',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** A handler that cannot be registered: its shape is wrong, or its name is taken. */
export class HandlerDefinitionError extends Error {
  override name = 'HandlerDefinitionError'

  constructor(
    readonly code: 'HANDLER_MALFORMED' | 'HANDLER_DUPLICATE',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** A configured handlers folder that cannot be read; the worker must not start without it. */
export class HandlerPathError extends Error {
  override name = 'HandlerPathError'
  readonly code = 'HANDLERS_PATH_INVALID'

  constructor(
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Why a built-in handler failed; an ordinary failed attempt to the worker. */
export class HandlerFailure extends Error {
  override name = 'HandlerFailure'

  constructor(
    readonly code:
      | 'HTTP_STATUS_UNEXPECTED'
      | 'HTTP_REQUEST_FAILED'
      | 'SHELL_EXIT_UNEXPECTED'
      | 'SHELL_START_FAILED'
      | 'SCRIPT_START_FAILED'
      | 'SCRIPT_FAILED'
      | 'SCRIPT_RESULT_INVALID'
      | 'SQL_FAILED'
      | 'REPORT_FAILED'
      | 'ARTIFACT_MISSING'
      | 'EMAIL_NOT_CONFIGURED'
      | 'EMAIL_FAILED'
      | 'SLEEP_FAIL',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** Why the worker aborted a handler; the `reason` of `ctx.signal`. */
export class AbortReason extends Error {
  override name = 'AbortReason'

  constructor(
    readonly code: 'TIMEOUT' | 'CANCELLED' | 'DRAIN' | 'LEASE_LOST',
    message: string,
  ) {
    super(message)
  }
}
