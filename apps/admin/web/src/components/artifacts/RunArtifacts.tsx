import { Group, Pagination, Paper, Skeleton, Text, Title } from '@mantine/core'
import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { ArtifactTable } from './ArtifactTable.tsx'

const PAGE_SIZE = 50

/** The files that the tasks of a run left. */
export function RunArtifacts({ scheduleId, runId }: { scheduleId: number; runId: number }) {
  const { t } = useTranslation(['artifacts', 'common'])
  const [page, setPage] = useState(1)
  const { data, error, refetch } = api.useQuery(
    'get',
    '/schedules/{id}/runs/{run_id}/artifacts',
    { params: { path: { id: scheduleId, run_id: runId }, query: { page, size: PAGE_SIZE } } },
    { placeholderData: keepPreviousData },
  )
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="artifacts">
      <Title order={2} size="h4" id="artifacts" mb="xs">
        {t('title')}
        {data && data.total > 0 && (
          <Text span c="dimmed" size="sm" fw={400} ml={8}>
            {data.total}
          </Text>
        )}
      </Title>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={80} />}
      {data?.total === 0 && (
        <Text size="sm" c="dimmed">
          {t('noneOfRun')}
        </Text>
      )}
      {data && data.total > 0 && <ArtifactTable artifacts={data.items} label={t('title')} hasTask />}
      {data && data.pages > 1 && (
        <Group justify="center" mt="sm">
          <Pagination aria-label={t('common:pages')} total={data.pages} value={page} onChange={setPage} />
        </Group>
      )}
    </Paper>
  )
}
