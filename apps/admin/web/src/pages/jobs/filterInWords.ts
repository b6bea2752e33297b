import i18next from 'i18next'
import type { JobRow } from './useJobColumns.tsx'
import type { JobFilter } from './useJobFilter.ts'

/** `Status: Failed, Timeout · Queue: mail`, for who is asked whether all of it is meant. */
export function filterInWords(filter: JobFilter, rows: JobRow[], instant: (at: string) => string): string {
  const t = i18next.getFixedT(null, ['jobs', 'common'])
  const several = <T extends string>(values: T | T[] | undefined, word: (value: T) => string) =>
    values &&
    [values]
      .flat()
      .map((value) => word(value as T))
      .join(', ')
  const parts: Array<[string, string | number | undefined]> = [
    [t('filter.status'), several(filter.status, (status) => t(`common:status.${status}`))],
    [t('filter.cron'), filter.cron_id !== undefined ? cronName(filter.cron_id, rows) : undefined],
    [t('filter.handler'), filter.handler_name],
    [t('filter.queue'), filter.queue],
    [t('filter.source'), several(filter.param_source, (source) => t(`source.${source}`))],
    [t('filter.priority'), filter.priority],
    [t('filter.from'), filter.from_date && instant(filter.from_date)],
    [t('filter.to'), filter.to_date && instant(filter.to_date)],
    [t('filter.q'), filter.q],
  ]
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])).join(' · ')
}

/** Of the rows that are there, so that nothing has to be asked for. */
export const cronName = (id: number, rows: JobRow[]) =>
  rows.find(({ job_id }) => job_id === id)?.cron_name ?? `#${id}`
