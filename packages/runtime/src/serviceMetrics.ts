import { Counter, collectDefaultMetrics, Gauge, Registry, register } from 'prom-client'

/** What a database tells of itself; `Database` of packages/db. */
export interface ObservedDatabase {
  stats(): {
    connections: number
    idle: number
    waiting: number
    max: number
    errors: Readonly<Record<string, number>>
    retries: ReadonlyMap<string, number>
  }
}

const POOL_GAUGES = {
  connections: ['jobu_database_connections', 'Open connections of a database pool'],
  idle: ['jobu_database_connections_idle', 'Connections of a database pool that do nothing'],
  waiting: ['jobu_database_connections_waiting', 'Callers that wait for a connection of a database pool'],
  max: ['jobu_database_connections_max', 'The most connections a database pool opens'],
} as const

/** Starts to measure the process, where nobody did: only one that is asked for its metrics need spend time on it. */
export function collectProcessMetrics(): void {
  if (!register.getSingleMetric('process_cpu_user_seconds_total')) collectDefaultMetrics()
}

/**
 * The metrics of one service: its own in a registry of its own, so that several services can live in one process, and
 * those of the process, which all of them share.
 */
export class ServiceMetrics {
  readonly registry = new Registry()

  constructor(service: string, version: string) {
    new Gauge({
      name: 'jobu_build_info',
      help: 'Which build this is; always 1',
      labelNames: ['service', 'version'],
      registers: [this.registry],
    }).set({ service, version }, 1)
  }

  /** Shows the pools, by the name that `pool` is to have, and what goes wrong on them. */
  watchDatabases(pools: Readonly<Record<string, ObservedDatabase>>): void {
    const registers = [this.registry]
    const each = Object.entries(pools)
    for (const [field, [name, help]] of Object.entries(POOL_GAUGES)) {
      new Gauge({
        name,
        help,
        labelNames: ['pool'],
        registers,
        collect() {
          for (const [pool, database] of each)
            this.set({ pool }, database.stats()[field as keyof typeof POOL_GAUGES])
        },
      })
    }
    new Counter({
      name: 'jobu_database_errors_total',
      help: 'Errors that a database pool gave its callers, by kind: connection, timeout, serialization, other',
      labelNames: ['pool', 'kind'],
      registers,
      collect() {
        this.reset()
        for (const [pool, database] of each) {
          for (const [kind, count] of Object.entries(database.stats().errors)) this.inc({ pool, kind }, count)
        }
      },
    })
    new Counter({
      name: 'jobu_database_transaction_retries_total',
      help: 'Transactions run again after a serialization failure or a deadlock, by what they do',
      labelNames: ['label'],
      registers,
      collect() {
        this.reset()
        for (const [, database] of each) {
          for (const [label, count] of database.stats().retries) this.inc({ label }, count)
        }
      },
    })
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** Everything, in the text format of Prometheus. */
  async render(): Promise<string> {
    return Registry.merge([this.registry, register]).metrics()
  }
}
