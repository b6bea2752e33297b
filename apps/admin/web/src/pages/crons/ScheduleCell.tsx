import { Stack, Text } from '@mantine/core'
import type { Schemas } from '../../api/client.ts'
import { scheduleWords } from '../../components/scheduleWords.ts'

/** When a cron fires, in words and as it is written. */
export function ScheduleCell({ cron }: { cron: Schemas['Cron'] }) {
  return (
    <Stack gap={0} maw={178}>
      <Text size="sm" truncate title={cron.schedule_in_words}>
        {scheduleWords(cron)}
      </Text>
      <Text size="xs" c="dimmed" truncate title={`${cron.cron_expression} ${cron.timezone}`}>
        <Text span ff="monospace" inherit>
          {cron.cron_expression}
        </Text>
        {` · ${cron.timezone}`}
      </Text>
    </Stack>
  )
}
