/**
 * NOTIFY channels. PostgreSQL sends equal payloads of one transaction once, so a batch of a thousand executions
 * wakes each worker once per queue.
 */
export const CHANNELS = {
  /** Something may be due earlier than the dispatchers think. Payload: none. */
  dispatch: 'jobu_crons',
  /** Executions became claimable. Payload: their queue. */
  work: 'jobu_work',
  /** A running execution is to be cancelled. Payload: its id. */
  cancel: 'jobu_cancel',
  /** A worker is to drain. Payload: its id. */
  drain: 'jobu_drain',
  /** The scheduler was started or stopped, the queue reserved or freed. Payload: none. */
  scheduler: 'jobu_scheduler',
  /** A schedule, a run or a task needs a dispatcher. Payload: none. */
  schedules: 'jobu_schedules',
  /** Something changed that people watch. Payload: a message of `jobu_tell`. */
  events: 'jobu_events',
} as const
