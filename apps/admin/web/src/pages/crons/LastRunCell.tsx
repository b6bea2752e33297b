import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { RelativeTime } from '../../time/Instant.tsx'

/** What became of a cron's last run, and when that was. */
export function LastRunCell({ cron: { last_status, last_run_at, timezone } }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('crons')
  if (!last_status)
    return (
      <Text size="xs" c="dimmed">
        {t('neverRan')}
      </Text>
    )
  return (
    <Stack gap={1} align="flex-start">
      <StatusBadge status={last_status} />
      <Text size="xs" c="dimmed" component="div">
        <RelativeTime at={last_run_at} cronZone={timezone} />
      </Text>
    </Stack>
  )
}
