import { Badge, Skeleton, Stack } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { jobsPath } from './links.ts'
import { Panel } from './Panel.tsx'
import { type RunningJob, RunningRow } from './RunningRow.tsx'
import { useNumbers } from './useNumbers.ts'

const SHOWN = 8
const FIELDS = [
  'id',
  'job_id',
  'cron_name',
  'handler_name',
  'attempt',
  'started_at',
  'expected_finish_at',
  'progress_percentage',
  'current_step',
  'cancel_requested_at',
  'worker_id',
] as const

/** What runs, how far it is, and when it should end. */
export function RunningNow() {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const { data, error, refetch, isPending } = api.useQuery('get', '/jobs', {
    params: { query: { status: ['RUNNING'], size: SHOWN, fields: [...FIELDS] } },
  })
  const total = data?.total ?? 0
  return (
    <Panel
      title={t('running.title')}
      isTall={false}
      aside={
        data && (
          <Badge variant="light" color={total > 0 ? 'blue' : 'gray'}>
            {count(total, data.total_is_exact)}
          </Badge>
        )
      }
      {...(total > SHOWN
        ? { to: jobsPath({ status: ['RUNNING'] }), linkText: t('running.all', { count: total }) }
        : {})}
    >
      {isPending && <Waiting />}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && total === 0 && <EmptyState title={t('running.empty')} icon={IconPlayerPlay} />}
      {data && total > 0 && (
        <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
          {(data.items as RunningJob[]).map((job) => (
            <RunningRow key={job.id} job={job} />
          ))}
        </Stack>
      )}
    </Panel>
  )
}

const Waiting = () => (
  <Stack gap="sm" aria-hidden>
    {[80, 65, 90].map((width) => (
      <Skeleton key={width} h={36} w={`${width}%`} />
    ))}
  </Stack>
)
