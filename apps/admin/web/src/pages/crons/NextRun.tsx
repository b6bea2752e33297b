import { Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schemas } from '../../api/client.ts'
import { Instant, RelativeTime } from '../../time/Instant.tsx'

/** When a cron fires next, in words and in time, or why it does not. */
export function NextRun({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('crons')
  const { next_run_at, completed_at, is_enabled, timezone } = cron
  if (!next_run_at || !is_enabled)
    return (
      <Text size="xs" c="dimmed">
        {t(completed_at ? 'completed' : is_enabled ? 'notPlanned' : 'isDisabled')}
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
