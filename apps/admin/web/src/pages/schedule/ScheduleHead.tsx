import { Alert, Badge, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { Fact } from '../../components/Fact.tsx'
import { Instant, RelativeTime } from '../../time/Instant.tsx'

/** When it runs next, whose it is, and why it does not run. */
export function ScheduleHead({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const { next_run_at, timezone, owner, tags, disabled_reason, is_enabled, engine, engine_state } = schedule
  const isUnwell = engine !== 'jobu' && engine_state?.message
  return (
    <Stack gap="sm" mb="md">
      {disabled_reason && !is_enabled && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={t('head.pausedTitle')}>
          {disabled_reason}
        </Alert>
      )}
      {isUnwell && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={t('head.engineTitle')}>
          {engine_state.message}
        </Alert>
      )}
      <Group component="dl" m={0} style={{ gap: 'var(--mantine-spacing-xs) var(--mantine-spacing-xl)' }}>
        <Fact name={t('nextRun')}>
          {next_run_at && is_enabled ? (
            <Group gap={6}>
              <Text span inherit fw={600}>
                <RelativeTime at={next_run_at} cronZone={timezone} />
              </Text>
              <Text span inherit c="dimmed">
                <Instant at={next_run_at} cronZone={timezone} style="minute" />
              </Text>
            </Group>
          ) : (
            <Text span inherit c="dimmed">
              {t('head.noNext')}
            </Text>
          )}
        </Fact>
        <Fact name={t('owner')}>
          {owner ?? (
            <Text span inherit c="dimmed">
              {t('head.nobody')}
            </Text>
          )}
        </Fact>
        <Fact name={t('version')}>{schedule.version}</Fact>
        <Fact name={t('head.tasks')}>{schedule.task_count}</Fact>
        {tags.length > 0 && (
          <Fact name={t('tags')}>
            <Group gap={4}>
              {tags.map((tag) => (
                <Badge
                  key={tag}
                  component={Link}
                  to={`/schedules?tag=${encodeURIComponent(tag)}`}
                  variant="default"
                  tt="none"
                  maw={220}
                  style={{ cursor: 'pointer' }}
                >
                  {tag}
                </Badge>
              ))}
            </Group>
          </Fact>
        )}
      </Group>
    </Stack>
  )
}
