import { Anchor, Group, List, Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { reasonText } from '../../components/ReasonText.tsx'
import { statusFill } from '../../components/status.ts'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { useZone } from '../../time/zone.tsx'
import { CauseDetails } from './CauseDetails.tsx'
import { causeText, type Why } from './causeText.ts'

/** Why it waits, what it does, or how it came to its end: every cause, the most decisive first. */
export function WhyPanel({ job }: { job: Schemas['JobDetail'] }) {
  const { t } = useTranslation(['job', 'reasons'])
  const { data, error, isPending, refetch } = api.useQuery('get', '/jobs/{id}/why', {
    params: { path: { id: job.id } },
  })
  const isFinal = !['PENDING', 'RUNNING'].includes(job.status)
  const title = t(
    job.status === 'SUCCESS'
      ? 'why.succeeded'
      : isFinal
        ? 'why.ended'
        : job.status === 'RUNNING'
          ? 'why.running'
          : 'why.waiting',
  )
  return (
    <Paper
      withBorder
      p="md"
      component="section"
      aria-labelledby="why"
      style={{ borderLeft: `3px solid ${statusFill(job.status)}` }}
    >
      <Title order={2} size="sm" c="dimmed" fw={500} id="why" mb={4}>
        {title}
      </Title>
      {isPending && <Skeleton height={48} />}
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && <Causes why={data as Why} />}
    </Paper>
  )
}

function Causes({ why: { status, causes, cron } }: { why: Why }) {
  const { t } = useTranslation(['job', 'reasons'])
  const { t: tReasons } = useTranslation(['reasons'])
  const { nameFor } = useZone()
  const now = useNow()
  const zone = nameFor()
  const instant = (at: string) => `${formatInstant(at, zone)} ${zoneLabel(zone, at)}`
  const words = { t: tReasons, instant, now }
  const [first, ...others] = causes
  return (
    <Stack gap="sm">
      <div>
        <Text fw={650} aria-live="polite">
          {reasonText(first!.code)}
        </Text>
        <Text size="sm">{causeText(first!, status, words)}</Text>
        <CauseDetails cause={first!} instant={instant} />
      </div>
      {others.length > 0 && (
        <div>
          <Text size="sm" c="dimmed" mb={4}>
            {t('why.also')}
          </Text>
          <List size="sm" spacing="xs">
            {others.map((cause) => (
              <List.Item key={`${cause.code} ${cause.message}`}>
                <Text span size="sm" fw={600}>
                  {reasonText(cause.code)}.
                </Text>{' '}
                {causeText(cause, status, words)}
                <CauseDetails cause={cause} instant={instant} />
              </List.Item>
            ))}
          </List>
        </div>
      )}
      {cron && (cron.deleted_at || !cron.is_enabled) && (
        <Group gap={6}>
          <Text size="sm" c="dimmed">
            {cron.deleted_at
              ? t('why.cronDeleted')
              : t('why.cronDisabled', { reason: cron.disabled_reason ? ` (${cron.disabled_reason})` : '' })}
          </Text>
          {!cron.deleted_at && (
            <Anchor component={Link} to={`/crons/${cron.id}`} size="sm">
              {cron.name}
            </Anchor>
          )}
        </Group>
      )}
    </Stack>
  )
}
