import { Text } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import type { Column } from '../../components/table/column.ts'
import { useNarrowerThan } from '../../components/useNarrowerThan.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { Cut, Detail, Duration, Name, State } from './jobCells.tsx'
import { RowActions } from './RowActions.tsx'

/** A row of the list: params and results stay with the server. */
export type JobRow = Omit<Schemas['JobDetail'], 'params' | 'result' | 'runs' | 'logs'>

/** What the list asks for of each. */
export const FIELDS =
  'id,job_id,cron_name,handler_name,param_source,scheduled_time,run_at,status,waiting_for,priority,queue,attempt,started_at,finished_at,duration_ms,retry_count,max_retry,progress_percentage,current_step,cancel_requested_at,reason,error_message,worker_id,created_at,expected_finish_at'

/** What the list of jobs shows of each. */
export function useJobColumns(): Column<JobRow>[] {
  const { t } = useTranslation(['jobs', 'common'])
  const isPhone = useNarrowerThan('sm')
  return useMemo(
    () => [
      {
        id: 'job',
        header: t('column.job'),
        isFixed: true,
        ...(isPhone ? {} : { width: 240 }),
        orderBy: 'id',
        cell: (row) => <Name row={row} />,
      },
      {
        id: 'status',
        header: t('column.status'),
        width: isPhone ? 112 : 160,
        cell: (row) => <State row={row} />,
      },
      {
        id: 'scheduled_time',
        header: t('column.scheduled'),
        width: 196,
        orderBy: 'scheduled_time',
        hideBelow: 'sm',
        cell: ({ scheduled_time }) => (
          <>
            <Instant at={scheduled_time} />
            <Text size="xs" c="dimmed" component="div">
              <RelativeTime at={scheduled_time} />
            </Text>
          </>
        ),
      },
      {
        id: 'duration',
        header: t('column.duration'),
        width: 112,
        isNumber: true,
        hideBelow: 'sm',
        cell: (row) => <Duration row={row} />,
      },
      { id: 'detail', header: t('column.detail'), hideBelow: 'sm', cell: (row) => <Detail row={row} /> },
      {
        id: 'attempt',
        header: t('column.attempt'),
        width: 84,
        isNumber: true,
        hideBelow: 'md',
        // Of one that a person retried, or a drain gave back, there are more.
        cell: ({ attempt, max_retry }) =>
          attempt > max_retry + 1 ? attempt : `${attempt} / ${max_retry + 1}`,
      },
      {
        id: 'queue',
        header: t('column.queue'),
        width: 110,
        hideBelow: 'xl',
        cell: ({ queue }) => <Cut text={queue} />,
      },
      {
        id: 'priority',
        header: t('column.priority'),
        width: 84,
        isNumber: true,
        isHidden: true,
        cell: ({ priority }) => priority,
      },
      {
        id: 'worker',
        header: t('column.worker'),
        width: 170,
        isHidden: true,
        cell: ({ worker_id }) => <Cut text={worker_id ?? '–'} />,
      },
      {
        id: 'source',
        header: t('column.source'),
        width: 110,
        isHidden: true,
        cell: ({ param_source }) => t(`source.${param_source}`),
      },
      {
        id: 'started_at',
        header: t('column.started'),
        width: 196,
        isHidden: true,
        cell: ({ started_at }) => <Instant at={started_at} />,
      },
      {
        id: 'finished_at',
        header: t('column.finished'),
        width: 196,
        isHidden: true,
        cell: ({ finished_at }) => <Instant at={finished_at} />,
      },
      {
        id: 'created_at',
        header: t('column.created'),
        width: 196,
        isHidden: true,
        orderBy: 'created_at',
        cell: ({ created_at }) => <Instant at={created_at} />,
      },
      { id: 'actions', header: '', isFixed: true, width: 52, cell: (row) => <RowActions row={row} /> },
    ],
    [t, isPhone],
  )
}
