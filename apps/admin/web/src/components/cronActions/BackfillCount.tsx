import { Loader, Paper, Text } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../api/apiError.ts'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { Instant } from '../../time/Instant.tsx'
import { ErrorNotice } from '../ErrorNotice.tsx'

/** How many runs a backfill would make; nothing is made. */
export function useBackfillCount(id: number, body: Schemas['Backfill']) {
  return useQuery({
    queryKey: ['backfill count', id, body],
    queryFn: async ({ signal }) => {
      const { data } = await fetchClient.POST('/crons/{id}/backfill', {
        params: { path: { id }, query: { dry_run: true } },
        body,
        signal,
      })
      return data as Schemas['BackfillOutput']
    },
    placeholderData: keepPreviousData,
    meta: { isLive: false },
  })
}

interface Props {
  cron: Schemas['Cron']
  count: Schemas['BackfillOutput'] | undefined
  error: ApiError | null
  isPending: boolean
}

/** The count before it starts. */
export function BackfillCount({ cron, count, error, isPending }: Props) {
  const { t, i18n } = useTranslation('cronActions')
  const inWords = (number: number) => number.toLocaleString(i18n.language)
  if (error) return <ErrorNotice error={error} />
  return (
    <Paper withBorder p="sm" aria-live="polite" aria-busy={isPending} opacity={isPending ? 0.6 : 1}>
      {!count ? (
        <Loader size="xs" aria-label={t('loading', { ns: 'common' })} />
      ) : count.count === 0 ? (
        <Text size="sm">{t('countNone', { count: count.existing, formatted: inWords(count.existing) })}</Text>
      ) : (
        <>
          <Text size="sm" fw={600}>
            {t('count', { count: count.count, formatted: inWords(count.count) })}
          </Text>
          <Text size="sm" c="dimmed" component="div">
            {t('countSpan')} <Instant at={count.first} cronZone={cron.timezone} /> {'–'}{' '}
            <Instant at={count.last} cronZone={cron.timezone} />
          </Text>
          {count.existing > 0 && (
            <Text size="sm" c="dimmed">
              {t('countExisting', { count: count.existing, formatted: inWords(count.existing) })}
            </Text>
          )}
        </>
      )}
    </Paper>
  )
}
