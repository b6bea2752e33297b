import { Anchor } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api } from '../../api/client.ts'

interface Props {
  scheduleId: number
  runId: number
  taskKey: string | null
}

/** Which task of which run of which schedule an execution is. */
export function TaskOfJob({ scheduleId, runId, taskKey }: Props) {
  const { t } = useTranslation('run')
  const { data } = api.useQuery('get', '/schedules/{id}', { params: { path: { id: scheduleId } } })
  return (
    <>
      <span>{t('ofJob.schedule')}</span>
      <Anchor component={Link} to={`/schedules/${scheduleId}`} inherit>
        {data?.title ?? `#${scheduleId}`}
      </Anchor>
      <span>{t('ofJob.run')}</span>
      <Anchor component={Link} to={`/schedules/${scheduleId}/runs/${runId}`} inherit>
        #{runId}
      </Anchor>
      {taskKey !== null && (
        <>
          <span>{t('ofJob.task')}</span>
          <Anchor
            component={Link}
            to={`/schedules/${scheduleId}/runs/${runId}?task=${encodeURIComponent(taskKey)}`}
            inherit
          >
            {taskKey}
          </Anchor>
        </>
      )}
    </>
  )
}
