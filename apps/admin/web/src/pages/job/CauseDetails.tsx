import { Anchor, Group, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import type { Status } from '../../components/status.ts'
import type { Cause } from './causeText.ts'

interface Blocking {
  job_id: number
  status: Status
  worker_id: string | null
}
interface Covers {
  first: string
  last: string
  count: number
}

/** What a cause names: the executions in the way, its workers, the slots it stands for. */
export function CauseDetails({ cause, instant }: { cause: Cause; instant: (at: string) => string }) {
  const { t } = useTranslation(['job', 'reasons'])
  const { code, details } = cause
  const workers =
    (details.workers as string[] | undefined) ?? (details.worker_id ? [String(details.worker_id)] : [])
  const blocking = details.blocking as Blocking[] | undefined
  const blockingId = details.blocking_job_id as number | null | undefined
  const active = details.active as number[] | undefined
  const covers = details.covers as Covers | null | undefined
  return (
    <>
      {blocking && blocking.length > 0 && (
        <Line label={t('why.blocking')}>
          {blocking.map(({ job_id, status }) => (
            <Group key={job_id} gap={4}>
              <JobLink id={job_id} />
              <StatusBadge status={status} size="xs" />
            </Group>
          ))}
        </Line>
      )}
      {typeof blockingId === 'number' && (
        <Line label={t('why.blocking')}>
          <JobLink id={blockingId} />
        </Line>
      )}
      {active && active.length > 0 && (
        <Line label={t('why.active')}>
          {active.map((id) => (
            <JobLink key={id} id={id} />
          ))}
        </Line>
      )}
      {workers.length > 0 && (
        <Line label={t(workers.length === 1 ? 'why.worker' : 'why.workers')}>
          {workers.map((id) => (
            <Anchor key={id} component={Link} to="/workers" size="sm" style={{ overflowWrap: 'anywhere' }}>
              {id}
            </Anchor>
          ))}
        </Line>
      )}
      {covers && (
        <Text size="sm" mt={4}>
          {t('reasons:outcome.covers', {
            count: covers.count,
            first: instant(covers.first),
            last: instant(covers.last),
          })}
        </Text>
      )}
      {(code === 'NO_WORKER' || code === 'NO_DISPATCHER' || code.endsWith('NOT_SERVED')) &&
        workers.length === 0 && (
          <Anchor component={Link} to="/workers" size="sm">
            {t('why.toWorkers')}
          </Anchor>
        )}
    </>
  )
}

const JobLink = ({ id }: { id: number }) => (
  <Anchor component={Link} to={`/jobs/${id}`} size="sm">
    #{id}
  </Anchor>
)

const Line = ({ label, children }: { label: string; children: ReactNode }) => (
  <Group gap={8} mt={4}>
    <Text size="sm" c="dimmed">
      {label}
    </Text>
    {children}
  </Group>
)
