import { ActionIcon, Button, Group, Skeleton, Text, Title } from '@mantine/core'
import { IconCalendarOff, IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScopeFilters } from '../../components/ScopeFilters.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { useNarrowerThan } from '../../components/useNarrowerThan.ts'
import { useScope } from '../../components/useScope.ts'
import { dayOf, formatDay } from '../../time/days.ts'
import { zoneLabel } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { instantOf } from '../../time/wallClock.ts'
import { useZone } from '../../time/zone.tsx'
import { DayCell } from './DayCell.tsx'
import { DayList } from './DayList.tsx'
import { MonthGrid } from './MonthGrid.tsx'
import { MonthTotals } from './MonthTotals.tsx'
import { addMonths, isMonth, monthOf } from './month.ts'

const MINUTE_MS = 60_000

/** A month by result, day by day. */
export default function CalendarPage() {
  const { t, i18n } = useTranslation('calendar')
  const filters = useFilters()
  const isPhone = useNarrowerThan('sm')
  const scope = useScope()
  const { cronId, handler } = scope
  const cron = api.useQuery(
    'get',
    '/crons/{id}',
    { params: { path: { id: cronId ?? 0 } } },
    { enabled: cronId !== undefined },
  )
  const zone = useZone().nameFor(cron.data?.timezone)
  const today = dayOf(new Date(useNow(MINUTE_MS)), zone)
  const asked = filters.get('month')
  const month = isMonth(asked) ? asked : monthOf(today)
  const { data, error, isPending, refetch } = api.useQuery('get', '/stats/daily', {
    params: {
      query: {
        timezone: zone,
        from: instantOf(`${month}-01 00:00:00`, zone),
        to: instantOf(`${addMonths(month, 1)}-01 00:00:00`, zone),
        ...scope.query,
      },
    },
  })
  const go = (to: string) => filters.set({ month: to === monthOf(today) ? null : to })
  const name = formatDay(`${month}-01`, i18n.language, { year: 'numeric', month: 'long' })
  const isEmpty = data?.items.every(({ total }) => total === 0)
  const days = { days: data?.items ?? [], label: t('grid', { month: name }) }
  const of = { today, zone, cronId, handler }
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('description')}
        aside={
          <Text size="sm" c="dimmed">
            {zoneLabel(zone)}
          </Text>
        }
      />
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="xs">
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('previous')}
            onClick={() => go(addMonths(month, -1))}
          >
            <IconChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <Title order={2} size="h4" miw={150} ta="center" aria-live="polite">
            {name}
          </Title>
          <ActionIcon
            variant="default"
            size={36}
            aria-label={t('next')}
            onClick={() => go(addMonths(month, 1))}
          >
            <IconChevronRight size={18} aria-hidden />
          </ActionIcon>
          <Button variant="default" disabled={month === monthOf(today)} onClick={() => go(monthOf(today))}>
            {t('thisMonth')}
          </Button>
        </Group>
        <ScopeFilters
          scope={scope}
          onClear={scope.isSet ? () => filters.set({ cron_id: null, handler_name: null }) : undefined}
        />
      </Group>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      {isPending && <Skeleton h={520} />}
      {data && (
        <>
          <MonthTotals days={data.items} />
          {isPhone ? (
            <DayList {...days} {...of} />
          ) : (
            <MonthGrid {...days} month={month} cell={(day) => <DayCell {...of} {...day} />} />
          )}
          {isEmpty && month <= monthOf(today) && (
            <EmptyState
              title={t(scope.isSet ? 'emptyFiltered' : 'empty')}
              text={t('emptyText')}
              icon={IconCalendarOff}
            />
          )}
        </>
      )}
    </>
  )
}
