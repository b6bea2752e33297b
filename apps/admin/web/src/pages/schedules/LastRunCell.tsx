import { Anchor, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { formatDuration } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'

/** What became of a schedule's last run, how long it took, and when that was. */
export function LastRunCell({ schedule: { id, last_run, timezone } }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  if (!last_run)
    return (
      <Text size="xs" c="dimmed">
        {t('neverRan')}
      </Text>
    )
  const { duration_ms, started_at, scheduled_time } = last_run
  return (
    <Stack gap={1} align="flex-start">
      <Group gap={6} wrap="nowrap">
        <Anchor component={Link} to={`/schedules/${id}/runs/${last_run.id}`} lh={1} underline="never">
          <StatusBadge status={last_run.status} />
        </Anchor>
        {duration_ms !== null && (
          <Text size="xs" className="tabular" visibleFrom="sm">
            {formatDuration(duration_ms)}
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed" component="div">
        <RelativeTime at={started_at ?? scheduled_time} cronZone={timezone} />
      </Text>
    </Stack>
  )
}
