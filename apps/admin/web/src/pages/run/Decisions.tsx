import { Alert, Anchor, Group, Stack, Text } from '@mantine/core'
import { IconUserCheck } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import type { RunDetail } from '../../api/scheduleTypes.ts'
import { useFilters } from '../../components/useFilters.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { DecideButtons } from './DecideButtons.tsx'
import { decisionsOf } from './runParts.ts'

/** Above everything else: that somebody is waited for. */
export function Decisions({ run }: { run: RunDetail }) {
  const { t } = useTranslation('run')
  const filters = useFilters()
  const waiting = decisionsOf(run)
  if (waiting.length === 0) return null
  return (
    <Stack gap="xs" mb="md">
      {waiting.slice(0, 5).map((task) => (
        <Alert
          key={task.key}
          color="yellow"
          icon={<IconUserCheck aria-hidden />}
          role="group"
          aria-label={t('decide.waits', { key: task.key })}
        >
          <Group justify="space-between" gap="sm">
            <div>
              <Text size="sm" fw={600}>
                <Anchor
                  component="button"
                  type="button"
                  inherit
                  underline="always"
                  c="inherit"
                  onClick={() => filters.set({ task: task.key })}
                >
                  {t('decide.waits', { key: task.key })}
                </Anchor>
              </Text>
              {task.approval?.message && <Text size="sm">{task.approval.message}</Text>}
              {task.approval?.deadline_at && (
                <Text size="sm">
                  {t('decide.deadline')} <RelativeTime at={task.approval.deadline_at} />
                </Text>
              )}
            </div>
            <DecideButtons run={run} task={task} />
          </Group>
        </Alert>
      ))}
    </Stack>
  )
}
