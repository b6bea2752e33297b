import { Anchor, Button, Drawer, Group, SimpleGrid, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconClockPlus, IconListDetails, IconPlayerPlay } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Fact } from '../../components/Fact.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import { formatRate } from './formatRate.ts'
import { ParamsSchema } from './ParamsSchema.tsx'
import { ServedBadge } from './ServedBadge.tsx'
import type { HandlerStats } from './useHandlerStats.ts'

interface Props {
  name: string | undefined
  stats: HandlerStats | undefined
  since: string | undefined
  onClose: () => void
}

/** All about one handler, beside the list. */
export function HandlerDrawer({ name, stats, since, onClose }: Props) {
  const { t } = useTranslation()
  const { data, error, refetch } = api.useQuery(
    'get',
    '/handlers/{name}',
    { params: { path: { name: name ?? '' } } },
    { enabled: name !== undefined },
  )
  return (
    <Drawer
      opened={name !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={
        <Text fw={700} size="lg" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
          {name}
        </Text>
      }
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {error ? (
        <ErrorNotice error={error} onRetry={() => void refetch()} />
      ) : data && data.name === name ? (
        <Detail handler={data} stats={stats} since={since} />
      ) : (
        <Skeleton h={300} />
      )}
    </Drawer>
  )
}

function Detail({
  handler,
  stats,
  since,
}: {
  handler: Schemas['Handler']
  stats: HandlerStats | undefined
  since: string | undefined
}) {
  const { t } = useTranslation('handlers')
  const name = encodeURIComponent(handler.name)
  const isolation = handler.isolation as 'none'
  return (
    <Stack gap="lg">
      <Text c={handler.description ? undefined : 'dimmed'}>
        {handler.description ?? t('detail.noDescription')}
      </Text>
      <Group gap="xs">
        <Allowed role="operator">
          <Button
            component={Link}
            to={`/jobs?new=${name}`}
            size="sm"
            leftSection={<IconPlayerPlay size={16} aria-hidden />}
          >
            {t('detail.run')}
          </Button>
        </Allowed>
        <Allowed role="admin">
          <Button
            component={Link}
            to={`/crons/new?handler=${name}`}
            size="sm"
            variant="default"
            leftSection={<IconClockPlus size={16} aria-hidden />}
          >
            {t('detail.newCron')}
          </Button>
        </Allowed>
        <Button
          component={Link}
          to={jobsPath({ handler: handler.name })}
          size="sm"
          variant="default"
          leftSection={<IconListDetails size={16} aria-hidden />}
        >
          {t('detail.jobs')}
        </Button>
      </Group>
      <SimpleGrid component="dl" m={0} cols={{ base: 1, xs: 2 }} spacing="sm">
        <Fact name={t('column.state')}>
          <ServedBadge handler={handler} since={since} />
        </Fact>
        <Fact name={t('column.isolation')}>
          {t(`isolation.${isolation}`)}
          <Text size="xs" c="dimmed">
            {t(`isolationWhy.${isolation}`)}
          </Text>
        </Fact>
        <Fact name={t('column.queues')}>
          {handler.queues.map((queue) => (queue === '*' ? t('everyQueue') : queue)).join(', ') || '–'}
        </Fact>
        <Fact name={t('column.crons')}>
          <Anchor component={Link} to={`/crons?handler_name=${name}`} size="sm">
            {t('cronCount', { count: handler.cron_count })}
          </Anchor>
        </Fact>
        <Fact name={t('detail.source')}>
          {handler.source === 'builtin' ? t('detail.builtin') : handler.source}
        </Fact>
        <Fact name={t('detail.published')}>
          <Instant at={handler.published_at} />
        </Fact>
        {handler.worker_ids.length > 0 && (
          <Fact name={t('detail.servedBy')}>
            {handler.worker_ids.map((id) => (
              <Anchor key={id} component={Link} to={`/workers#${id}`} size="sm" display="block">
                {id}
              </Anchor>
            ))}
          </Fact>
        )}
      </SimpleGrid>
      <Stack gap="xs">
        <Title order={3} size="h5">
          {t('detail.lastDays')}
        </Title>
        {stats ? <Figures stats={stats} /> : <Text c="dimmed">{t('noRuns')}</Text>}
      </Stack>
      <ParamsSchema schema={handler.params_schema} />
    </Stack>
  )
}

function Figures({
  stats: { runs, failures, success_rate, duration, last_failure_hour },
}: {
  stats: HandlerStats
}) {
  const { t, i18n } = useTranslation('handlers')
  const inTime = (ms: number | null) => (ms === null ? '–' : formatDuration(ms))
  return (
    <SimpleGrid component="dl" m={0} cols={{ base: 2, xs: 3 }} spacing="sm">
      <Fact name={t('detail.runs')}>{runs.toLocaleString(i18n.language)}</Fact>
      <Fact name={t('detail.failures')}>{failures.toLocaleString(i18n.language)}</Fact>
      <Fact name={t('detail.successRate')}>{formatRate(success_rate, i18n.language)}</Fact>
      <Fact name={t('column.p50')}>{inTime(duration.p50_ms)}</Fact>
      <Fact name={t('column.p95')}>{inTime(duration.p95_ms)}</Fact>
      {last_failure_hour && (
        <Fact name={t('detail.lastFailure')}>
          <Instant at={last_failure_hour} style="minute" />
        </Fact>
      )}
    </SimpleGrid>
  )
}
