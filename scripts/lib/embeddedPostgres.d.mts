export type EmbeddedPostgres = {
  pid: number
  /** The connection URL of one of its databases; `postgres` is always there. */
  url(database: string): string
  /** Resolves with the exit code or signal's name. */
  exited: Promise<string>
  stop(): Promise<void>
}

export function startEmbeddedPostgres(options: {
  dataDir: string
  logFile: string
  port: number
  password: string
  settings?: Record<string, string | number>
  /** Gives up waiting for the start. */
  signal?: AbortSignal
  /** How long the server outlives this process; default: 6. */
  orphanSeconds?: number
}): Promise<EmbeddedPostgres>
