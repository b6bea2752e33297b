import type { DatabaseConfig, Databases } from '@jobu/db'
import type { HandlerRegistry } from '@jobu/handlers'
import type { Completer } from './completer.ts'
import type { WorkerConfig } from './config.ts'
import type { ContextHost } from './handlerContext.ts'
import type { HeldExecution } from './heldExecutions.ts'
import type { Reporter } from './reporter.ts'
import type { SecretStore } from './secretStore.ts'
import type { WorkFolders } from './workFolders.ts'

/** What every attempt of a worker runs with, in its own event loop or isolated. */
export interface ExecuteDeps {
  config: WorkerConfig
  registry: HandlerRegistry
  secrets: SecretStore
  databases: Databases
  databaseConfigs: Record<string, DatabaseConfig>
  completer: Completer
  reporter: Reporter
  contextHost: ContextHost<HeldExecution>
  workFolders: WorkFolders
}
