import { Alert, Anchor, Badge, Group, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { Fact } from '../../components/Fact.tsx'
import { Instant, RelativeTime } from '../../time/Instant.tsx'

/** When it runs next, who has it, and why it does not run. */
export function CronHead({ cron }: { cron: Schemas['Cron'] }) {
  const { t } = useTranslation('cron')
  const { data: scheduler } = api.useQuery('get', '/scheduler/status')
  return (
    <Stack gap="sm" mb="md">
      {cron.disabled_reason && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={t('head.disabledTitle')}>
          <DisabledReason cron={cron} reason={cron.disabled_reason} />
        </Alert>
      )}
      <Group component="dl" m={0} style={{ gap: 'var(--mantine-spacing-xs) var(--mantine-spacing-xl)' }}>
        <Fact name={t('head.next')}>
          {cron.next_run_at ? (
            <Group gap={6}>
              <Text span inherit fw={600}>
                <RelativeTime at={cron.next_run_at} cronZone={cron.timezone} />
              </Text>
              <Text span inherit c="dimmed">
                <Instant at={cron.next_run_at} cronZone={cron.timezone} style="minute" />
              </Text>
            </Group>
          ) : (
            <Text span inherit c="dimmed">
              {t('head.noNext')}
            </Text>
          )}
        </Fact>
        <Fact name={t('head.handler')}>
          <Anchor
            component={Link}
            to={`/handlers?q=${encodeURIComponent(cron.handler_name)}`}
            inherit
            style={{ overflowWrap: 'anywhere' }}
          >
            {cron.handler_name}
          </Anchor>
        </Fact>
        <Fact name={t('head.queue')}>
          <Text span inherit style={{ overflowWrap: 'anywhere' }}>
            {cron.queue}
          </Text>
        </Fact>
        <Fact name={t('head.owner')}>
          {cron.owner ?? (
            <Text span inherit c="dimmed">
              {t('head.nobody')}
            </Text>
          )}
        </Fact>
        {cron.tags.length > 0 && (
          <Fact name={t('head.tags')}>
            <Group gap={4}>
              {cron.tags.map((tag) => (
                <Badge
                  key={tag}
                  component={Link}
                  to={`/crons?tag=${encodeURIComponent(tag)}`}
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
      {scheduler && !scheduler.scheduler_running && cron.is_enabled && (
        <Text size="sm" c="dimmed">
          {t('head.stopped')}
        </Text>
      )}
    </Stack>
  )
}

/** In words where the system paused it; what an expression is refused for, as the server says it. */
function DisabledReason({ cron, reason }: { cron: Schemas['Cron']; reason: string }) {
  const { t } = useTranslation('cron')
  return /^paused after \d+ failures/.test(reason)
    ? t('head.pausedAfter', { count: cron.pause_after_failures ?? Number(/\d+/.exec(reason)?.[0]) })
    : reason
}
