import { Badge, Button, Group, Skeleton, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { releaseQueue } from '../../layout/scheduler/releaseQueue.ts'
import { reserveQueue } from '../../layout/scheduler/reserveQueue.tsx'
import { startScheduler } from '../../layout/scheduler/startScheduler.tsx'
import { stopScheduler } from '../../layout/scheduler/stopScheduler.tsx'
import { Instant } from '../../time/Instant.tsx'
import { Row, Section } from './Section.tsx'

/** Whether anything starts, since when and by whom; for administrators also the switch. */
export function SchedulerSection() {
  const { t } = useTranslation('settings')
  const { data: status, error, refetch } = api.useQuery('get', '/scheduler/status')
  return (
    <Section title={t('scheduler.title')} id="scheduler" aside={status && <State status={status} />}>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!status && !error && <Skeleton h={120} />}
      {status && <Details status={status} />}
    </Section>
  )
}

function State({ status }: { status: Schemas['SchedulerStatus'] }) {
  const { t } = useTranslation('settings')
  const isRunning = status.scheduler_running
  return (
    <Group gap="xs">
      <Badge color={isRunning ? 'teal' : 'red'} variant="light" tt="none" className="jobu-badge">
        {t(isRunning ? 'scheduler.running' : 'scheduler.stopped')}
      </Badge>
      {status.reservation && (
        <Badge color="orange" variant="light" tt="none" className="jobu-badge">
          {t('scheduler.reserved')}
        </Badge>
      )}
    </Group>
  )
}

function Details({ status }: { status: Schemas['SchedulerStatus'] }) {
  const { t } = useTranslation('settings')
  const mayRule = useMay('admin')
  const { scheduler_running: isRunning, reservation, changed_at, changed_by } = status
  return (
    <>
      <Text size="sm">{t(isRunning ? 'scheduler.runningText' : 'scheduler.stoppedText')}</Text>
      <Row name={t('scheduler.since')}>
        <Text size="sm" component="div">
          <Instant at={changed_at} />
        </Text>
      </Row>
      {changed_by && (
        <Row name={t('scheduler.by')}>
          <Text size="sm">{changed_by}</Text>
        </Row>
      )}
      {reservation && (
        <Row
          name={t('scheduler.reservation', { by: reservation.reserved_by, reason: reservation.reason })}
          hint={
            <>
              {t('scheduler.until')} <Instant at={reservation.reserved_until} />
            </>
          }
        >
          {mayRule && (
            <Button variant="default" onClick={() => releaseQueue(reservation)}>
              {t('scheduler.release')}
            </Button>
          )}
        </Row>
      )}
      {mayRule ? (
        <Group gap="xs">
          {isRunning ? (
            <Button variant="light" color="red" onClick={() => stopScheduler(status)}>
              {t('scheduler.stop')}
            </Button>
          ) : (
            <Button onClick={startScheduler}>{t('scheduler.start')}</Button>
          )}
          {!reservation && (
            <Button variant="default" onClick={reserveQueue}>
              {t('scheduler.reserve')}
            </Button>
          )}
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          {t('scheduler.adminOnly')}
        </Text>
      )}
    </>
  )
}
