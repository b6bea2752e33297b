import { Anchor, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import type { Column } from '../../components/table/column.ts'
import { formatDuration } from '../../time/format.ts'
import { formatRate } from './formatRate.ts'
import { ServedBadge } from './ServedBadge.tsx'
import type { useHandlerStats } from './useHandlerStats.ts'
import type { useUnservedSince } from './useUnservedSince.ts'

type Handler = Schemas['Handler']

interface Shown {
  stats: ReturnType<typeof useHandlerStats>
  since: ReturnType<typeof useUnservedSince>
}

/** What the list of handlers shows of each. */
export function useHandlerColumns({ stats, since }: Shown): Column<Handler>[] {
  const { t, i18n } = useTranslation('handlers')
  return [
    {
      id: 'name',
      header: t('column.name'),
      isFixed: true,
      cell: ({ name, description }) => (
        <Stack gap={0} py={2} miw={140} maw={420}>
          <Anchor
            component={Link}
            to={addressOf(name)}
            size="sm"
            fw={600}
            style={{ overflowWrap: 'anywhere' }}
          >
            {name}
          </Anchor>
          {description && (
            <Text size="xs" c="dimmed" lineClamp={1} title={description}>
              {description}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      id: 'state',
      header: t('column.state'),
      cell: (row) => <ServedBadge handler={row} since={since.get(row.name)} />,
    },
    {
      id: 'isolation',
      header: t('column.isolation'),
      hideBelow: 'lg',
      cell: ({ isolation }) => (
        <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
          {t(`isolation.${isolation as 'none'}`)}
        </Text>
      ),
    },
    {
      id: 'queues',
      header: t('column.queues'),
      hideBelow: 'lg',
      cell: ({ queues }) => (
        <Text size="sm" truncate maw={160}>
          {queues.map((queue) => (queue === '*' ? t('everyQueue') : queue)).join(', ') || '–'}
        </Text>
      ),
    },
    {
      id: 'crons',
      header: t('column.crons'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name, cron_count }) =>
        cron_count === 0 ? (
          '0'
        ) : (
          <Anchor
            component={Link}
            to={`/crons?handler_name=${encodeURIComponent(name)}`}
            size="sm"
            aria-label={`${name}: ${t('cronCount', { count: cron_count })}`}
          >
            {cron_count.toLocaleString(i18n.language)}
          </Anchor>
        ),
    },
    {
      id: 'runs',
      header: t('column.runs'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name }) => (stats.get(name)?.runs ?? 0).toLocaleString(i18n.language),
    },
    {
      id: 'success',
      header: t('column.success'),
      isNumber: true,
      hideBelow: 'sm',
      cell: ({ name }) => formatRate(stats.get(name)?.success_rate ?? null, i18n.language),
    },
    {
      id: 'p50',
      header: t('column.p50'),
      isNumber: true,
      hideBelow: 'md',
      cell: ({ name }) => inTime(stats.get(name)?.duration.p50_ms),
    },
    {
      id: 'p95',
      header: t('column.p95'),
      isNumber: true,
      hideBelow: 'md',
      cell: ({ name }) => inTime(stats.get(name)?.duration.p95_ms),
    },
  ]
}

/** Of the same list, with one of them opened beside it. */
function addressOf(name: string): string {
  const next = new URLSearchParams(location.search)
  next.set('handler', name)
  return `?${next}`
}

const inTime = (ms: number | null | undefined) => (ms == null ? '–' : formatDuration(ms))
