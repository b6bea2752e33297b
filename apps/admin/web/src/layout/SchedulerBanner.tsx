import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconLock, IconPlayerStop, IconPlugX, type TablerIcon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../api/client.ts'
import { Allowed } from '../api/session.tsx'
import { Instant, RelativeTime } from '../time/Instant.tsx'
import { releaseQueue } from './scheduler/releaseQueue.ts'
import { startScheduler } from './scheduler/startScheduler.tsx'

type Status = Schemas['SchedulerStatus']

/** Whatever keeps executions from starting everywhere, on every page, with the way out. */
export function SchedulerBanner() {
  const { t } = useTranslation('overview')
  const { data: status } = api.useQuery('get', '/scheduler/status')
  if (!status) return null
  const { scheduler_running: isRunning, reservation, dispatchers, workers, cumulative_stats } = status
  // Before anything ever ran nothing is wrong: the overview says what is still needed.
  const isUsed = cumulative_stats.total_executed > 0 || status.queue_length > 0
  return (
    <>
      {!isRunning && <Stopped status={status} />}
      {reservation && <Reserved reservation={reservation} />}
      {isRunning && isUsed && dispatchers.length === 0 && (
        <Notice icon={IconPlugX} color="red" title={t('banner.noDispatcherTitle')}>
          {t('banner.noDispatcherText')}
        </Notice>
      )}
      {isRunning && isUsed && workers.length === 0 && (
        <Notice icon={IconPlugX} color="red" title={t('banner.noWorkerTitle')}>
          {t('banner.noWorkerText')}
        </Notice>
      )}
    </>
  )
}

function Stopped({ status }: { status: Status }) {
  const { t } = useTranslation('overview')
  const { changed_by: by, changed_at: at, queue_length: count, queue_length_is_exact: isExact } = status
  return (
    <Notice
      icon={IconPlayerStop}
      color="red"
      title={t('banner.stoppedTitle')}
      action={
        <Allowed role="admin">
          <Button size="sm" onClick={startScheduler}>
            {t('banner.start')}
          </Button>
        </Allowed>
      }
    >
      <Text size="sm">
        {by ? t('banner.stoppedBy', { by }) : t('banner.stoppedByNobody')} <RelativeTime at={at} /> (
        <Instant at={at} />)
      </Text>
      <Text size="sm">
        {t('banner.stoppedText')}
        {count > 0 && ` ${t(isExact ? 'banner.waiting' : 'banner.waitingAtLeast', { count })}`}
      </Text>
    </Notice>
  )
}

function Reserved({ reservation }: { reservation: Schemas['Reservation'] }) {
  const { t } = useTranslation('overview')
  const { reserved_by: by, reserved_at: since, reserved_until: until, reason, job_id: jobId } = reservation
  return (
    <Notice
      icon={IconLock}
      color="orange"
      title={t('banner.reservedTitle')}
      action={
        <Allowed role="admin">
          <Button size="sm" variant="default" onClick={() => releaseQueue(reservation)}>
            {t('banner.release')}
          </Button>
        </Allowed>
      }
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {t('banner.why')}: {reason}
      </Text>
      <Text size="sm">
        {t('banner.reservedBy', { by })}, <RelativeTime at={since} />. {t('banner.until')}{' '}
        <Instant at={until} /> (<RelativeTime at={until} />)
      </Text>
      <Text size="sm">
        {t('banner.reservedText')}
        {jobId !== null && (
          <>
            {' '}
            <Link to={`/jobs/${jobId}`}>{t('banner.reservedForJob', { id: jobId })}</Link>
          </>
        )}
      </Text>
    </Notice>
  )
}

function Notice({
  icon: Icon,
  color,
  title,
  action,
  children,
}: {
  icon: TablerIcon
  color: string
  title: string
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <Alert color={color} mb="md" role="status" icon={<Icon aria-hidden />} title={title}>
      <Group justify="space-between" gap="sm" align="flex-end">
        <Stack gap={2} miw={0} flex="1 1 280px">
          {children}
        </Stack>
        {action}
      </Group>
    </Alert>
  )
}
