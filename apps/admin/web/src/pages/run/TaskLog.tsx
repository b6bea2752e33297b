import { Skeleton, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { JobLog } from '../job/JobLog.tsx'
import type { JobDetail } from '../job/JobPage.tsx'

/** The execution of a task; one that retention has deleted is null. */
export function useExecution(id: number | null) {
  const { data, error, refetch } = api.useQuery(
    'get',
    '/jobs/{id}',
    { params: { path: { id: id ?? 0 } } },
    { enabled: id !== null },
  )
  return {
    job: error?.status === 404 ? null : (data as JobDetail | undefined),
    error: error?.status === 404 ? null : error,
    refetch: () => void refetch(),
  }
}

/** What a task logs, as it is written. */
export function TaskLog({ id }: { id: number }) {
  const { t } = useTranslation('run')
  const { job, error, refetch } = useExecution(id)
  if (error) return <ErrorNotice error={error} onRetry={refetch} />
  if (job === null)
    return (
      <Text size="sm" c="dimmed">
        {t('panel.gone')}
      </Text>
    )
  return job ? <JobLog job={job} /> : <Skeleton h={240} />
}
