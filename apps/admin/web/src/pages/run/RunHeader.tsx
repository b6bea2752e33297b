import { Alert, Anchor, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { RunDetail } from '../../api/scheduleTypes.ts'
import { Fact } from '../../components/Fact.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { reasonMeaning, reasonText } from '../../components/ReasonText.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { Instant } from '../../time/Instant.tsx'
import { TaskCounts } from '../schedule/TaskCounts.tsx'
import { RunActions } from './RunActions.tsx'
import { TimeTaken } from './TimeTaken.tsx'

/** Which run it is, how it stands, and what can be done to it. */
export function RunHeader({ run }: { run: RunDetail }) {
  const { t } = useTranslation(['run', 'schedules', 'reasons'])
  const { id, schedule_id, schedule_title, status, parent, reason, error_message } = run
  return (
    <>
      <PageHeader
        title={t('title', { id, schedule: schedule_title })}
        aside={<StatusBadge status={status} size="lg" />}
        description={
          <Group gap="xs">
            <Anchor component={Link} to={`/schedules/${schedule_id}`} inherit>
              {schedule_title}
            </Anchor>
            <span aria-hidden>·</span>
            <Anchor component={Link} to={`/schedules/${schedule_id}?tab=runs`} inherit>
              {t('allRuns')}
            </Anchor>
            <span aria-hidden>·</span>
            <Anchor component={Link} to={`/schedules/${schedule_id}?tab=grid`} inherit>
              {t('grid')}
            </Anchor>
          </Group>
        }
      >
        <RunActions run={run} />
      </PageHeader>
      <Stack gap="sm" mb="md">
        {(reason || error_message) && (
          <Alert
            color={status === 'FAILED' ? 'red' : 'gray'}
            icon={<IconAlertTriangle aria-hidden />}
            title={reason ? reasonText(reason) : t('ended')}
          >
            {error_message ?? reasonMeaning(reason!)}
          </Alert>
        )}
        <Group component="dl" m={0} style={{ gap: 'var(--mantine-spacing-xs) var(--mantine-spacing-xl)' }}>
          <Fact name={t('logicalDate')}>
            <Instant at={run.scheduled_time} />
          </Fact>
          <Fact name={t('started')}>
            <Instant at={run.started_at} />
          </Fact>
          <Fact name={t('duration')}>
            <TimeTaken of={run} />
          </Fact>
          <Fact name={t('tasks')}>
            <TaskCounts run={run} />
          </Fact>
          <Fact name={t('trigger')}>
            {t(`schedules:trigger.${run.trigger}`)}
            {run.created_by && run.trigger === 'manual' && ` · ${run.created_by}`}
          </Fact>
          <Fact name={t('version')}>
            <Anchor
              component={Link}
              to={`/schedules/${schedule_id}?tab=versions&version=${run.version}`}
              inherit
            >
              {run.version}
            </Anchor>
          </Fact>
          {run.round > 1 && <Fact name={t('round')}>{t('roundOf', { round: run.round })}</Fact>}
          {parent && (
            <Fact name={t('parent')}>
              <Anchor
                component={Link}
                to={`/schedules/${parent.schedule_id}/runs/${parent.run_id}?task=${encodeURIComponent(parent.task_key)}`}
                inherit
              >
                {t('parentOf', { id: parent.run_id, key: parent.task_key })}
              </Anchor>
            </Fact>
          )}
          {run.external_run_id && (
            <Fact name={t('external')}>
              <Text span inherit ff="monospace">
                {run.external_run_id}
              </Text>
            </Fact>
          )}
        </Group>
      </Stack>
    </>
  )
}
