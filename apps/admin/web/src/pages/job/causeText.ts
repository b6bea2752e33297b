import type { TFunction } from 'i18next'
import type { Schemas } from '../../api/client.ts'
import { reasonMeaning, reasonText } from '../../components/ReasonText.tsx'
import { formatDuration } from '../../time/format.ts'

export type Why = Schemas['Why']
export type Cause = Why['causes'][number]

interface Words {
  t: TFunction<['reasons']>
  /** An instant in the zone of the page, with its name. */
  instant: (at: string) => string
  /** Milliseconds. */
  now: number
}

/** A cause in a sentence of the page's language; the server's where this build does not know it. */
export function causeText({ code, message, details }: Cause, status: Why['status'], words: Words): string {
  const { t, instant, now } = words
  const text = (name: string) => String(details[name] ?? '')
  const at = (name: string) => (details[name] ? instant(text(name)) : t('why.now'))
  const ms = (name: string) => formatDuration(Number(details[name] ?? 0))
  const since = (name: string) => formatDuration(Math.max(0, now - Date.parse(text(name))))
  const until = () => ({
    until: at('until'),
    wait: formatDuration(Math.max(0, Date.parse(text('until')) - now)),
  })
  switch (code) {
    case 'SCHEDULED_LATER':
    case 'JITTER':
      return t(`why.${code}`, until())
    case 'BACKING_OFF':
      return t('why.BACKING_OFF', {
        ...until(),
        attempt: text('attempt'),
        reason: details.reason ? reasonText(text('reason')) : t('why.someError'),
        used: text('retry_count'),
        max: text('max_retry'),
      })
    case 'PROMOTION_DUE':
      return t('why.PROMOTION_DUE', until())
    case 'WAITING_FOR_OVERLAP':
      return t(
        (details.blocking as unknown[]).length > 0
          ? 'why.WAITING_FOR_OVERLAP'
          : 'why.WAITING_FOR_OVERLAP_free',
      )
    case 'WAITING_FOR_BACKFILL':
      return t('why.WAITING_FOR_BACKFILL', { max: text('max_active'), ahead: text('ahead') })
    case 'SCHEDULER_STOPPED': {
      const stopped = { at: at('stopped_at'), by: text('stopped_by') }
      return t(stopped.by ? 'why.SCHEDULER_STOPPED_by' : 'why.SCHEDULER_STOPPED', stopped)
    }
    case 'QUEUE_RESERVED':
      return t('why.QUEUE_RESERVED', {
        by: text('reserved_by'),
        until: at('reserved_until'),
        reason: text('reason'),
      })
    case 'NO_DISPATCHER':
      return t('why.NO_DISPATCHER')
    case 'NO_WORKER':
      return Number(details.draining) > 0
        ? t('why.NO_WORKER_draining', { count: Number(details.draining) })
        : t('why.NO_WORKER')
    case 'QUEUE_NOT_SERVED':
      return t('why.QUEUE_NOT_SERVED', {
        queue: text('queue'),
        served: (details.queues_served as string[]).join(', '),
      })
    case 'HANDLER_NOT_SERVED':
    case 'NO_WORKER_SERVES_BOTH':
      return t(`why.${code}`, { queue: text('queue'), handler: text('handler_name') })
    case 'POOLS_FULL':
      return t('why.POOLS_FULL', { slots: text('slots') })
    case 'BEHIND_OTHERS':
      return t(details.is_exact === false ? 'why.BEHIND_OTHERS_more' : 'why.BEHIND_OTHERS', {
        ahead: text('ahead'),
        queue: text('queue'),
      })
    case 'BEING_CLAIMED':
      return t('why.BEING_CLAIMED', { ready: since('ready_at') })
    case 'RUNNING': {
      const run = { attempt: text('attempt'), worker: text('worker_id'), running: since('started_at') }
      return details.deadline && Date.parse(text('deadline')) > now
        ? t('why.RUNNING_until', { ...run, until: at('deadline') })
        : t('why.RUNNING', run)
    }
    case 'CANCEL_REQUESTED':
      return t('why.CANCEL_REQUESTED', { at: at('cancel_requested_at') })
    case 'LEASE_EXPIRED':
      return t('why.LEASE_EXPIRED', { worker: text('worker_id'), at: at('lease_expires_at') })
    case 'TIME_LIMIT_PASSED':
      return t('why.TIME_LIMIT_PASSED', {
        limit: formatDuration(Number(details.timeout_seconds) * 1_000),
        at: at('deadline'),
      })
    case 'SUCCEEDED':
      return t('why.SUCCEEDED', { at: at('finished_at'), late: ms('late_ms'), ran: ms('duration_ms') })
    case 'RETRIES_USED_UP':
      return t('why.RETRIES_USED_UP', { max: text('max_retry') })
    case 'NO_RETRIES':
      return t('why.NO_RETRIES')
    case 'SCHEDULER_WAS_STOPPED': {
      const stop = { from: at('stopped_at'), to: at('started_at'), by: text('stopped_by') }
      return t(stop.by ? 'why.SCHEDULER_WAS_STOPPED_by' : 'why.SCHEDULER_WAS_STOPPED', stop)
    }
    default:
      return [outcomeText(status, details, at, t) ?? message, reasonMeaning(code)].filter(Boolean).join(' ')
  }
}

/** How one ended, and when; its reason comes after it. */
function outcomeText(
  status: Why['status'],
  details: Cause['details'],
  at: (name: string) => string,
  t: Words['t'],
): string | undefined {
  const by = typeof details.by === 'string' ? details.by : ''
  switch (status) {
    case 'FAILED':
    case 'TIMEOUT':
      return t(`outcome.${status}`, { at: at('finished_at') })
    case 'CANCELLED': {
      const isUnstarted = details.attempt === 0
      const key = `outcome.CANCELLED${isUnstarted ? '_unstarted' : ''}${by ? '_by' : ''}` as const
      return t(key, { at: at('finished_at'), by })
    }
    case 'SKIPPED':
      return t('outcome.SKIPPED')
    default:
      return undefined
  }
}
