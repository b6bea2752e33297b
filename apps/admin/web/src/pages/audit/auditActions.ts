import i18next from 'i18next'

/** Every action that is written to the audit log; each has its words in `audit:action`. */
export const AUDIT_ACTIONS = [
  'auth.sign_in',
  'auth.sign_in_failed',
  'auth.sign_out',
  'cron.create',
  'cron.update',
  'cron.delete',
  'cron.toggle',
  'cron.trigger',
  'cron.backfill',
  'crons.enable',
  'crons.disable',
  'crons.delete',
  'job.create',
  'job.update',
  'job.retry',
  'job.cancel',
  'job.delete',
  'job.trigger',
  'jobs.create',
  'jobs.retry',
  'jobs.cancel',
  'jobs.delete',
  'run.rerun',
  'run.cancel',
  'schedule.create',
  'schedule.update',
  'schedule.delete',
  'schedule.toggle',
  'schedule.start',
  'scheduler.start',
  'scheduler.stop',
  'scheduler.reserve',
  'scheduler.free',
  'signal.send',
  'statistics.rebuild',
  'task.approve',
  'task.reject',
  'task.mark',
  'task.skip',
  'token.create',
  'token.revoke',
  'user.create',
  'user.update',
  'user.delete',
  'user.change_password',
  'worker.drain',
] as const

export const AUDIT_TARGETS = [
  'cron',
  'crons',
  'job',
  'jobs',
  'schedule',
  'run',
  'signal',
  'statistics',
  'scheduler',
  'user',
  'session',
  'token',
  'worker',
] as const

type Known = (typeof AUDIT_ACTIONS)[number]

/** An action in words; one that this page does not know as the server writes it. */
export const actionText = (action: string) =>
  (AUDIT_ACTIONS as readonly string[]).includes(action)
    ? i18next.t(`action.${action as Known}`, { ns: 'audit' })
    : action

export const targetText = (type: string) =>
  i18next.exists(`target.${type}`, { ns: 'audit' })
    ? i18next.t(`target.${type as 'cron'}`, { ns: 'audit' })
    : type

export const actorKindText = (kind: string) =>
  i18next.exists(`actorKind.${kind}`, { ns: 'audit' })
    ? i18next.t(`actorKind.${kind as 'user'}`, { ns: 'audit' })
    : kind
