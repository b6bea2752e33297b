/** Configuration that cannot be used. `message` is one line: every fault found, each with its source and path. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'

  constructor(readonly faults: string[]) {
    super(faults.map((fault) => fault.replace(/\s*\n\s*/g, ' ')).join('; '))
  }
}
