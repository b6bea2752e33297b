import { CRON_LOCALES, type CronLocale } from '@jobu/cron'
import type { Request } from 'express'

/** The language of an answer's words: of ours, the one that `Accept-Language` likes best, else English. */
export function localeOf(request: Request): CronLocale {
  const best = request.acceptsLanguages([...CRON_LOCALES])
  return CRON_LOCALES.find((locale) => locale === best) ?? 'en'
}
