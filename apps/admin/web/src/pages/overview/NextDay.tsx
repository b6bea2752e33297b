import { Alert, Box, Button, Skeleton, Text } from '@mantine/core'
import { IconCalendarOff } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { useNow } from '../../time/useNow.ts'
import { Collisions } from './Collisions.tsx'
import { DensityStrip } from './DensityStrip.tsx'
import { Panel } from './Panel.tsx'
import { useNumbers } from './useNumbers.ts'

const QUARTER_MS = 900_000

/** What the next 24 hours bring: how much when, and where it piles up. */
export function NextDay() {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const from = new Date(useNow(QUARTER_MS)).toISOString()
  const { data, error, refetch, isPending } = api.useQuery(
    'get',
    '/stats/forecast',
    { params: { query: { from, interval: '15min' } } },
    { placeholderData: keepPreviousData },
  )
  return (
    <Panel
      title={t('day.title')}
      aside={
        data && (
          <Text size="sm" c="dimmed">
            {t('day.summary', {
              runs: count(data.total_runs, data.is_complete),
              crons: count(data.total_crons, data.is_complete),
            })}
          </Text>
        )
      }
      to="/forecast"
      linkText={t('day.forecast')}
    >
      {isPending && <Skeleton h={190} />}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && data.total_runs === 0 && (
        <EmptyState title={t('day.empty')} text={t('day.emptyText')} icon={IconCalendarOff}>
          <Button component={Link} to="/crons" variant="light">
            {t('day.crons')}
          </Button>
        </EmptyState>
      )}
      {data && data.total_runs > 0 && (
        <>
          {!data.scheduler_running && (
            <Alert color="red" mb="sm" py={6}>
              {t('day.stopped')}
            </Alert>
          )}
          <DensityStrip forecast={data} />
          <Box mt="sm">
            <Collisions forecast={data} />
          </Box>
          {!data.is_complete && (
            <Text size="xs" c="dimmed" mt="xs">
              {t('day.incomplete')}
            </Text>
          )}
        </>
      )}
    </Panel>
  )
}
