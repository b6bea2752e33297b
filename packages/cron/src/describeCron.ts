import cronstrue from 'cronstrue/i18n.js'
import type { CronSpec } from './cronSpec.ts'

/** The languages that a cron is described in; the first is the default. */
export const CRON_LOCALES = ['en', 'ko'] as const
export type CronLocale = (typeof CRON_LOCALES)[number]

/**
 * A cron in plain words with its zone: `At 09:00, Monday through Friday (Asia/Seoul)`. Where cronstrue has no words for
 * a form that croner runs (`1W,15W`), the expression stands for itself.
 */
export function describeCron(spec: CronSpec, locale: CronLocale = 'en'): string {
  return `${words(spec, locale)} (${spec.timezone})`
}

function words({ expression, dayMatch }: CronSpec, locale: CronLocale): string {
  try {
    // cronstrue knows the nicknames in lower case only.
    const known = expression.startsWith('@') ? expression.toLowerCase() : expression
    const text = cronstrue.default.toString(known, {
      locale,
      use24HourTimeFormat: true,
      logicalAndDayFields: dayMatch === 'and',
    })
    // cronstrue joins the two day fields with "and" when either is enough.
    return dayMatch === 'or' ? text.replace(', and on ', ', or on ') : text
  } catch {
    return expression
  }
}
