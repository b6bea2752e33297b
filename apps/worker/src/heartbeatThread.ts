import { parentPort, workerData } from 'node:worker_threads'
import {
  Database,
  type DatabaseConfig,
  extendLeases,
  type Failure,
  failExecutions,
  heartbeatWorker,
  tellExecutions,
} from '@jobu/db'
import { SharedSlots, type SlotContent } from './sharedSlots.ts'

/** What the worker gives its heartbeat thread. */
export interface HeartbeatData {
  database: DatabaseConfig
  workerId: string
  slots: SharedArrayBuffer
  leaseMs: number
  heartbeatMs: number
  abortGraceMs: number
}

export type FromHeartbeat =
  | { type: 'renewed' }
  | { type: 'draining' }
  | { type: 'lost'; executions: Array<{ id: number; attempt: number }> }
  | { type: 'failed'; message: string }

/** How often the thread looks whether the event loop turns, in milliseconds. */
const WATCH_INTERVAL_MS = 250
/** An event loop silent this long past a deadline and its grace is blocked, not busy. */
const BLOCKED_MS = 2_000
const MIN_QUERY_TIMEOUT_MS = 1_000

const data = workerData as HeartbeatData
const slots = new SharedSlots(data.slots)
// A connection that went silent must not cost the leases: two beats fit into what is left of them.
const queryTimeoutMs = Math.max(data.heartbeatMs, MIN_QUERY_TIMEOUT_MS)
const db = new Database(
  { ...data.database, options: { ...data.database.options, query_timeout: queryTimeoutMs } },
  { engine: true, maxConnections: 1, applicationName: `${data.workerId}-heartbeat` },
)
let status: 'ACTIVE' | 'DRAINING' = 'ACTIVE'
let nextBeatAt = 0
let isBusy = false
let seenBeatAt = 0
let silentLooks = 0

parentPort!.on('message', (message: 'draining' | 'stop') => {
  if (message === 'draining') status = 'DRAINING'
  else void db.close().finally(() => process.exit(0))
})

setInterval(look, WATCH_INTERVAL_MS)
look()

function look(): void {
  if (isBusy) return
  isBusy = true
  void turn().finally(() => {
    isBusy = false
  })
}

async function turn(): Promise<void> {
  try {
    const now = Date.now()
    if (now >= nextBeatAt) {
      await beat()
      nextBeatAt = now + data.heartbeatMs
    }
    await endBlockedTimeouts()
  } catch (error) {
    // Tried again at the next turn: while the database is away the leases run on, and may be lost.
    parentPort!.postMessage({ type: 'failed', message: (error as Error).message } satisfies FromHeartbeat)
  }
}

/** Renews every lease in one statement, and says which are lost. */
async function beat(): Promise<void> {
  const held = slots.read()
  const kept = new Set(await extendLeases(db, held, data.leaseMs))
  const isDraining = await heartbeatWorker(db, { id: data.workerId, running: held.length, status })
  if (isDraining && status !== 'DRAINING') {
    status = 'DRAINING'
    parentPort!.postMessage({ type: 'draining' } satisfies FromHeartbeat)
  }
  const newest = new Map<number, number>()
  for (const { id, attempt } of held) newest.set(id, Math.max(attempt, newest.get(id) ?? 0))
  // Of an execution held twice, because this worker claimed it again, only the newer attempt can be the one kept.
  const executions = held
    .filter(({ id, attempt }) => !kept.has(id) || attempt < newest.get(id)!)
    .map(({ id, attempt }) => ({ id, attempt }))
  parentPort!.postMessage(
    executions.length > 0
      ? ({ type: 'lost', executions } satisfies FromHeartbeat)
      : ({ type: 'renewed' } satisfies FromHeartbeat),
  )
}

/**
 * A handler that spins keeps its lease, but not past its time limit: nobody could stop it in this process, and all
 * else that runs here stands still as well. So it is ended as TIMEOUT, the others are given back, and the process is
 * killed; whoever started it starts it again.
 */
async function endBlockedTimeouts(): Promise<void> {
  const now = Date.now()
  // Looks are counted, not the time: a whole process that stood still finds its event loop silent for long as well.
  silentLooks = slots.beatAt === seenBeatAt ? silentLooks + 1 : 0
  seenBeatAt = slots.beatAt
  if (silentLooks < BLOCKED_MS / WATCH_INTERVAL_MS) return
  const held = slots.read()
  const isOver = (slot: SlotContent) =>
    slot.deadlineAt > 0 && now > slot.deadlineAt + data.abortGraceMs + BLOCKED_MS
  if (!held.some(isOver)) return
  const failures = held.map(
    (slot): Failure => ({
      id: slot.id,
      scheduledTime: slot.scheduledTime,
      attempt: slot.attempt,
      stack: null,
      ...(isOver(slot)
        ? {
            outcome: 'TIMEOUT',
            reason: 'TIMEOUT',
            message: 'timed out while a handler blocked the event loop; the worker process was restarted',
            retryDelayMs: slot.retryDelayMs,
          }
        : {
            outcome: 'RELEASED',
            reason: 'DRAINED',
            message: 'given back: another handler blocked the event loop past its time limit',
            retryDelayMs: 0,
          }),
    }),
  )
  await db.transactional({ label: 'end blocked' }, async (tx) => {
    await failExecutions(tx, failures)
    await tellExecutions(tx, held)
  })
  process.stderr.write(`worker: a handler blocked the event loop past its time limit; ending the process\n`)
  process.kill(process.pid, 'SIGKILL')
}
