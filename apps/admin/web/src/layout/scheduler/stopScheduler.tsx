import { Stack, Text } from '@mantine/core'
import i18next from 'i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { rereadStatus } from './rereadStatus.ts'

/** How many running ones admin names. */
const MAX_NAMED = 1_000

/** Asks, and stops the scheduler in every process. */
export function stopScheduler({ current_job_ids: { length: running } }: Schemas['SchedulerStatus']): void {
  const t = i18next.getFixedT(i18next.language, 'overview')
  confirm({
    title: t('stop.title'),
    message: (
      <Stack gap="xs">
        <Text size="sm">{t('stop.message')}</Text>
        {running > 0 && (
          <Text size="sm" fw={600}>
            {t(running < MAX_NAMED ? 'stop.running' : 'stop.runningMore', { count: running })}
          </Text>
        )}
        <Text size="sm">{t('stop.missed')}</Text>
      </Stack>
    ),
    action: t('stop.submit'),
    onConfirm: async () => {
      await fetchClient.POST('/scheduler/stop')
      void rereadStatus()
      notifyDone(t('stop.done'))
    },
  })
}
