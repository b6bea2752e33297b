import { checkNotBehind, type Database } from '@jobu/db'
import type { Readiness } from '@jobu/runtime'
import type { WorkerConfig } from './config.ts'

/** starting --> working --> draining, which it stays. */
export type WorkerPhase = 'starting' | 'working' | 'draining'

/** What a worker's `/ready` looks at. What is asked of its parts is asked only once they are there: not while it starts. */
export function workerReadiness(worker: {
  db: Database
  config: WorkerConfig
  handlerCount: number
  filesNotLoaded: string[]
  phase(): WorkerPhase
  heartbeatAgeSeconds(): number
  isListening(): boolean
}): Readiness {
  const { db, config, handlerCount, filesNotLoaded } = worker
  return {
    required: {
      database: async () => void (await db.query('SELECT 1')),
      migrations: () => checkNotBehind(db),
      work: () => {
        if (worker.phase() !== 'working') throw new Error(`${worker.phase()}, claims nothing`)
        if (handlerCount === 0) throw new Error('no handler is loaded')
      },
      heartbeat: () => {
        if (worker.phase() === 'starting' || worker.heartbeatAgeSeconds() <= config.lease_seconds) return
        throw new Error(`leases were last renewed ${Math.round(worker.heartbeatAgeSeconds())} s ago`)
      },
    },
    optional: {
      notifications: () => {
        if (worker.phase() === 'working' && !worker.isListening()) throw new Error('not listening, polling')
      },
      handler_files: () => {
        if (filesNotLoaded.length > 0) throw new Error(`not loaded: ${filesNotLoaded.join(', ')}`)
      },
    },
  }
}
