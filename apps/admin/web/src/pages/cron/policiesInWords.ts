import type { TFunction } from 'i18next'
import type { Schemas } from '../../api/client.ts'
import { formatDuration } from '../../time/format.ts'

type Cron = Schemas['Cron']

/** As admin's backoff has it: no longer than an hour, unless the first delay is. */
const BACKOFF_CEILING_SECONDS = 3_600
const DELAYS_SHOWN = 6

/** What each policy of a cron means, as a sentence in the language of the page. */
export function policiesInWords(
  cron: Cron,
  t: TFunction<'cron'>,
  showInstant: (at: string) => string,
): Array<{ id: string; name: string; text: string }> {
  const seconds = (count: number) => formatDuration(count * 1_000)
  const { max_runs, pause_after_failures, start_at, end_at, run_count: runs } = cron
  const window = {
    ...(start_at ? { start: showInstant(start_at) } : {}),
    ...(end_at ? { end: showInstant(end_at) } : {}),
  }
  const windowKind = start_at && end_at ? 'both' : start_at ? 'start' : end_at ? 'end' : 'none'
  return [
    {
      id: 'overlap',
      name: t('policy.overlap'),
      text: t(`policy.overlap_${cron.overlap_policy === 'buffer_one' ? 'buffer' : cron.overlap_policy}`),
    },
    {
      id: 'misfire',
      name: t('policy.misfire'),
      text:
        cron.misfire_policy === 'fire_all'
          ? t('policy.misfire_fire_all', {
              count: cron.misfire_limit,
              grace: seconds(cron.misfire_grace_seconds),
            })
          : t(`policy.misfire_${cron.misfire_policy}`),
    },
    { id: 'retry', name: t('policy.retry'), text: retryText(cron, t) },
    {
      id: 'timeout',
      name: t('policy.timeout'),
      text:
        cron.timeout_seconds === null
          ? t('policy.timeout_none')
          : t('policy.timeout_set', { limit: seconds(cron.timeout_seconds) }),
    },
    {
      id: 'jitter',
      name: t('policy.jitter'),
      text:
        cron.jitter_seconds === 0
          ? t('policy.jitter_none')
          : t('policy.jitter_set', { jitter: seconds(cron.jitter_seconds) }),
    },
    {
      id: 'place',
      name: t('policy.place'),
      text: t('policy.place_text', { queue: cron.queue, priority: cron.priority }),
    },
    { id: 'window', name: t('policy.window'), text: t(`policy.window_${windowKind}`, window) },
    {
      id: 'maxRuns',
      name: t('policy.maxRuns'),
      text:
        max_runs === null
          ? t('policy.maxRuns_none', { runs })
          : t('policy.maxRuns_set', { count: max_runs, runs }),
    },
    {
      id: 'pause',
      name: t('policy.pause'),
      text:
        pause_after_failures === null
          ? t('policy.pause_none')
          : t('policy.pause_set', { count: pause_after_failures }),
    },
    ...(hasBothDays(cron)
      ? [{ id: 'days', name: t('policy.days'), text: t(`policy.days_${cron.day_match}`) }]
      : []),
  ]
}

function retryText({ max_retry, retry_backoff, ...cron }: Cron, t: TFunction<'cron'>): string {
  if (max_retry === 0) return t('policy.retry_none')
  const delays = delaysOf({ max_retry, retry_backoff, ...cron }).map((one) => formatDuration(one * 1_000))
  if (retry_backoff === 'fixed') return t('policy.retry_fixed', { count: max_retry, delays: delays[0]! })
  const shown = delays.slice(0, DELAYS_SHOWN).join(', ')
  return t('policy.retry_exponential', {
    count: max_retry,
    delays: delays.length > DELAYS_SHOWN ? t('policy.retry_more', { delays: shown }) : shown,
  })
}

/** The pause before each retry, in seconds, before it is spread. */
function delaysOf({ max_retry, retry_delay_seconds, retry_backoff }: Cron): number[] {
  const ceiling = Math.max(BACKOFF_CEILING_SECONDS, retry_delay_seconds)
  return Array.from({ length: Math.min(max_retry, DELAYS_SHOWN + 1) }, (_, used) =>
    retry_backoff === 'fixed' ? retry_delay_seconds : Math.min(retry_delay_seconds * 2 ** used, ceiling),
  )
}

/** Only then it matters how the two day fields are joined. */
function hasBothDays({ cron_expression }: Cron): boolean {
  const fields = cron_expression.split(' ')
  const [dayOfMonth, , weekday] = fields.slice(-3)
  return fields.length >= 5 && [dayOfMonth, weekday].every((field) => field !== '*' && field !== '?')
}
