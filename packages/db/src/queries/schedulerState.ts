import type { Tx } from '../database.ts'

/** The queue is held: nothing is claimed but the execution it is held for, where there is one. */
export interface Reservation {
  reservedAt: Date
  reservedUntil: Date
  reservedBy: string
  reason: string
  executionId: number | null
}

export interface SchedulerState {
  isRunning: boolean
  /** When it was last started or stopped. */
  changedAt: Date
  changedBy: string | null
  /** Null also when the one on the row is over. */
  reservation: Reservation | null
  now: Date
}

type Row = Omit<SchedulerState, 'reservation'> & Reservation & { holds: boolean }

const read = `
SELECT is_running AS "isRunning", changed_at AS "changedAt", changed_by AS "changedBy", reserved_at AS "reservedAt",
  reserved_until AS "reservedUntil", reserved_by AS "reservedBy", reservation_reason AS reason,
  reserved_for_execution AS "executionId",
  jobu_reservation_holds(reserved_until, reserved_for_execution, reserved_for_time) AS holds, now() AS now
FROM scheduler_state WHERE id = 1`

/** Whether the scheduler runs, and who holds the queue. Index: primary key. */
export async function readSchedulerState(tx: Tx): Promise<SchedulerState> {
  const { rows } = await tx.query<Row>({ name: 'readSchedulerState', text: read })
  const { isRunning, changedAt, changedBy, holds, now, ...reservation } = rows[0]!
  return { isRunning, changedAt, changedBy, now, reservation: holds ? reservation : null }
}

/**
 * Waits until no claim and no dispatch is under way and keeps new ones waiting until the transaction ends, so that what
 * it decides of the scheduler holds for everything after its commit. They hold no more than their own short statement or
 * batch; whatever else reads the table for long (a backup) makes this give up.
 *
 * Locks: ACCESS EXCLUSIVE on scheduler_state. Called by: admin.
 *
 * @throws the server's 55P03 after `timeoutMs`
 */
export async function excludeClaims(tx: Tx, timeoutMs: number): Promise<void> {
  await tx.query(`SET LOCAL lock_timeout = ${Math.trunc(timeoutMs)}`)
  await tx.query('LOCK TABLE scheduler_state IN ACCESS EXCLUSIVE MODE')
  await tx.query('SET LOCAL lock_timeout TO DEFAULT')
}

/** Locks the row; what `readSchedulerState` then says stays true until the transaction ends. */
export async function lockSchedulerState(tx: Tx): Promise<SchedulerState> {
  await tx.query('SELECT FROM scheduler_state WHERE id = 1 FOR UPDATE')
  // Only a statement begun after the lock was had sees what was committed while it was waited for.
  return readSchedulerState(tx)
}

/** Starts or stops the scheduler; a trigger tells every service and notes when. */
export async function setSchedulerRunning(tx: Tx, isRunning: boolean, by: string): Promise<void> {
  await tx.query('UPDATE scheduler_state SET is_running = $1, changed_by = $2 WHERE id = 1', [isRunning, by])
}

export interface NewReservation {
  by: string
  reason: string
  ttlSeconds: number
  /** The execution that may run meanwhile, and whose end ends the reservation. */
  execution?: { id: number; scheduledTime: Date }
}

/** Holds the queue. The caller holds the row and has seen that nobody else does. */
export async function reserveQueue(tx: Tx, reservation: NewReservation): Promise<void> {
  await tx.query(
    `UPDATE scheduler_state SET reserved_at = now(), reserved_until = now() + $1 * interval '1 second', reserved_by = $2,
       reservation_reason = $3, reserved_for_execution = $4, reserved_for_time = $5 WHERE id = 1`,
    [
      reservation.ttlSeconds,
      reservation.by,
      reservation.reason,
      reservation.execution?.id ?? null,
      reservation.execution?.scheduledTime ?? null,
    ],
  )
}

const CLEAR = `reserved_at = NULL, reserved_until = NULL, reserved_by = NULL, reservation_reason = NULL,
  reserved_for_execution = NULL, reserved_for_time = NULL`

/** Ends the reservation, whoever made it. */
export async function freeQueue(tx: Tx): Promise<void> {
  await tx.query(`UPDATE scheduler_state SET ${CLEAR} WHERE id = 1`)
}

// Joined to what this statement saw: should someone reserve anew while it waits for the row, that reservation stays.
const watch = `
WITH seen AS MATERIALIZED (
  SELECT reserved_at, is_running, changed_at, jobu_reservation_holds(reserved_until, reserved_for_execution, reserved_for_time) AS holds
  FROM scheduler_state WHERE id = 1
), ended AS (
  UPDATE scheduler_state AS s SET ${CLEAR} FROM seen WHERE s.id = 1 AND s.reserved_at = seen.reserved_at AND NOT seen.holds
  RETURNING s.id
)
SELECT is_running AS "isRunning", changed_at AS "changedAt", is_running AND NOT holds AS "isOpen", (SELECT count(*) FROM ended) AS ended FROM seen`

export interface SchedulerSight {
  isRunning: boolean
  changedAt: Date
  /** It runs and nobody holds the queue: everything may be claimed. */
  isOpen: boolean
}

/**
 * Looks at the scheduler's state, and ends a reservation that is over, which wakes every service. Claims do not wait for
 * this: they judge the reservation by themselves.
 *
 * Locks: the row, where there is something to end. Called by: every dispatcher and worker, once a second.
 */
export async function watchScheduler(tx: Tx): Promise<SchedulerSight> {
  const { rows } = await tx.query<SchedulerSight>({ name: 'watchScheduler', text: watch })
  const { isRunning, changedAt, isOpen } = rows[0]!
  return { isRunning, changedAt, isOpen }
}
