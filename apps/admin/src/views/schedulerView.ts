import type {
  ExecutionStatus,
  LiveDispatcher,
  LiveWorker,
  Reservation,
  SchedulerLoad,
  SchedulerState,
} from '@jobu/db'

/** The scheduler as the API shows it. */
export function schedulerView(
  state: SchedulerState,
  load: SchedulerLoad,
  counts: Record<ExecutionStatus, number>,
  dispatchers: LiveDispatcher[],
  workers: LiveWorker[],
) {
  const failed = counts.FAILED + counts.TIMEOUT
  return {
    scheduler_running: state.isRunning,
    changed_at: state.changedAt,
    changed_by: state.changedBy,
    current_job_id: load.runningIds[0] ?? null,
    current_job_ids: load.runningIds,
    queue_length: load.queueLength,
    queue_length_is_exact: load.isQueueExact,
    cumulative_stats: {
      total_executed: counts.SUCCESS + failed + counts.CANCELLED,
      succeeded: counts.SUCCESS,
      failed,
      timed_out: counts.TIMEOUT,
      cancelled: counts.CANCELLED,
      skipped: counts.SKIPPED,
    },
    has_active_reservation: state.reservation !== null,
    reservation: state.reservation && reservationView(state.reservation),
    dispatchers: dispatchers.map(serviceView),
    workers: workers.map((worker) => ({
      ...serviceView(worker),
      status: worker.status,
      queues: worker.queues,
      pool_size: worker.poolSize,
      running: worker.running,
    })),
  }
}
export type SchedulerView = ReturnType<typeof schedulerView>

export function reservationView(reservation: Reservation) {
  return {
    reason: reservation.reason,
    reserved_by: reservation.reservedBy,
    reserved_at: reservation.reservedAt,
    reserved_until: reservation.reservedUntil,
    job_id: reservation.executionId,
  }
}
export type ReservationView = ReturnType<typeof reservationView>

function serviceView(service: LiveDispatcher) {
  return {
    id: service.id,
    hostname: service.hostname,
    version: service.version,
    started_at: service.startedAt,
    heartbeat_at: service.heartbeatAt,
  }
}
