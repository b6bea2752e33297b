import { Anchor, Box, Group, Stack, Text, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { EngineBadge } from '../../components/scheduleActions/EngineBadge.tsx'
import { ScheduleActions } from '../../components/scheduleActions/ScheduleActions.tsx'
import { scheduleWords } from '../../components/scheduleWords.ts'
import { Tags } from '../../components/Tags.tsx'
import type { Column } from '../../components/table/column.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'
import { LastRunCell } from './LastRunCell.tsx'
import { ScheduleSwitch } from './ScheduleSwitch.tsx'

/** What the list of schedules shows of each. */
export function useScheduleColumns({ onTag }: { onTag: (tag: string) => void }): Column<Schedule>[] {
  const { t } = useTranslation('schedules')
  const mayRun = useMay('operator')
  return [
    {
      id: 'is_enabled',
      header: t('on'),
      width: 60,
      isFixed: true,
      cell: (schedule) => <ScheduleSwitch schedule={schedule} />,
    },
    {
      id: 'title',
      header: t('titleColumn'),
      orderBy: 'title',
      isFixed: true,
      cell: (schedule) => <TitleCell schedule={schedule} />,
    },
    {
      id: 'when',
      header: t('when'),
      hideBelow: 'sm',
      cell: (schedule) => (
        <Stack gap={0} maw={190}>
          <Text size="sm" truncate title={schedule.schedule_in_words}>
            {scheduleWords(schedule)}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {schedule.cron_expression && (
              <Text span ff="monospace" inherit>
                {schedule.cron_expression} ·{' '}
              </Text>
            )}
            {schedule.timezone}
          </Text>
        </Stack>
      ),
    },
    {
      id: 'last',
      header: t('lastRun'),
      cell: (schedule) => <LastRunCell schedule={schedule} />,
    },
    {
      id: 'next',
      header: t('nextRun'),
      hideBelow: 'sm',
      orderBy: 'next_run_at',
      cell: (schedule) => <NextRunCell schedule={schedule} />,
    },
    {
      id: 'owner',
      header: t('ownerTags'),
      hideBelow: 'lg',
      cell: ({ owner, tags }) => (
        <Stack gap={2} maw={170}>
          <Text size="sm" truncate title={owner ?? undefined} c={owner ? undefined : 'dimmed'}>
            {owner ?? '–'}
          </Text>
          <Tags tags={tags} onTag={onTag} />
        </Stack>
      ),
    },
    {
      id: 'version',
      header: t('version'),
      isHidden: true,
      isNumber: true,
      cell: ({ version }) => version,
    },
    {
      id: 'created_at',
      header: t('createdAt'),
      orderBy: 'created_at',
      isHidden: true,
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'updated_at',
      header: t('updatedAt'),
      orderBy: 'updated_at',
      isHidden: true,
      cell: ({ updated_at }) => <Instant at={updated_at} />,
    },
    ...(mayRun
      ? [
          {
            id: 'actions',
            header: t('actions', { ns: 'common' }),
            width: 92,
            isFixed: true,
            isNumber: true,
            cell: (schedule: Schedule) => <ScheduleActions schedule={schedule} isCompact />,
          },
        ]
      : []),
  ]
}

function TitleCell({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { id, title, description, task_count, disabled_reason, is_enabled, engine } = schedule
  return (
    <Box maw={{ base: 132, sm: 260 }}>
      <Group gap={6} wrap="nowrap">
        <Anchor component={Link} to={`/schedules/${id}`} fw={600} size="sm" truncate title={title} miw={0}>
          {title}
        </Anchor>
        {engine !== 'jobu' && (
          <Box visibleFrom="sm" flex="none">
            <EngineBadge schedule={schedule} />
          </Box>
        )}
      </Group>
      {!is_enabled && disabled_reason ? (
        <Tooltip label={disabled_reason} multiline maw={400}>
          <Text
            size="xs"
            c="light-dark(var(--mantine-color-orange-9), var(--mantine-color-orange-4))"
            truncate
          >
            {t('disabledBecause', { reason: disabled_reason })}
          </Text>
        </Tooltip>
      ) : (
        <Text size="xs" c="dimmed" truncate title={description ?? undefined}>
          {t('tasks', { count: task_count })}
          {description && ` · ${description}`}
        </Text>
      )}
    </Box>
  )
}

function NextRunCell({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { next_run_at, status, cron_expression, frequency, timezone } = schedule
  if (!next_run_at || status !== 'ACTIVE')
    return (
      <Text size="xs" c="dimmed">
        {status === 'ACTIVE' && !cron_expression && !frequency ? t('byHand') : t(`state.${status}`)}
      </Text>
    )
  return (
    <Stack gap={0}>
      <Text size="sm" component="div">
        <RelativeTime at={next_run_at} cronZone={timezone} />
      </Text>
      <Text size="xs" c="dimmed" component="div">
        <Instant at={next_run_at} cronZone={timezone} style="minute" />
      </Text>
    </Stack>
  )
}
