import { ActionIcon, Anchor, Button, Group, Skeleton, Text, Title } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconRefreshDot } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { Allowed } from '../../api/session.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { ScheduleFilter } from '../../components/ScheduleFilter.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { useNarrowerThan } from '../../components/useNarrowerThan.ts'
import { dayOf, formatDay, isDay } from '../../time/days.ts'
import { zoneLabel } from '../../time/format.ts'
import { useNow } from '../../time/useNow.ts'
import { useZone } from '../../time/zone.tsx'
import { MonthGrid } from '../calendar/MonthGrid.tsx'
import { addMonths, isMonth, monthOf } from '../calendar/month.ts'
import { confirmRebuild } from './confirmRebuild.tsx'
import { DayRuns } from './DayRuns.tsx'
import { MonthFigures } from './MonthFigures.tsx'
import { Rebuilt } from './Rebuilt.tsx'
import { RunDay, RunDays } from './RunDays.tsx'

const MINUTE_MS = 60_000

/** A month of runs, day by day, and the runs of the chosen day. */
export default function ScheduleCalendarPage() {
  const { t, i18n } = useTranslation('scheduleCalendar')
  const filters = useFilters()
  const isPhone = useNarrowerThan('sm')
  const zone = useZone().nameFor()
  const [rebuilt, setRebuilt] = useState<Schemas['StatisticsRebuilt'] | null>(null)
  const today = dayOf(new Date(useNow(MINUTE_MS)), zone)
  const asked = filters.get('month')
  const month = isMonth(asked) ? asked : monthOf(today)
  const askedDay = filters.get('day')
  const day = isDay(askedDay) && monthOf(askedDay) === month ? askedDay : null
  const scheduleId = Number(filters.get('schedule_id')) || undefined
  const [year = 0, number = 1] = month.split('-').map(Number)
  const query = { year, month: number, timezone: zone, ...(scheduleId ? { schedule_id: scheduleId } : {}) }
  const { data, error, refetch } = api.useQuery(
    'get',
    '/schedules/statistics/monthly',
    { params: { query } },
    { placeholderData: keepPreviousData },
  )
  const isThis = data?.year === year && data.month === number
  const name = formatDay(`${month}-01`, i18n.language, { year: 'numeric', month: 'long' })
  const go = (to: string) => filters.set({ month: to === monthOf(today) ? null : to, day: null, page: null })
  const choose = (date: string | null) => filters.set({ day: date, page: null })
  const days = { days: isThis ? data.days : [], label: t('grid', { month: name }) }
  const chooser = { today, chosen: day, onChoose: choose }
  return (
    <>
      <PageHeader
        title={t('title')}
        description={
          <Group gap="xs">
            <span>{t('description')}</span>
            <Anchor component={Link} to="/schedules" inherit>
              {t('toSchedules')}
            </Anchor>
          </Group>
        }
        aside={
          <Text size="sm" c="dimmed">
            {zoneLabel(zone)}
          </Text>
        }
      >
        <Allowed role="admin">
          <Button
            variant="default"
            leftSection={<IconRefreshDot size={16} aria-hidden />}
            onClick={() => confirmRebuild({ year, month: number, timezone: zone }, name, setRebuilt)}
          >
            {t('rebuild.action')}
          </Button>
        </Allowed>
      </PageHeader>
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
        <ScheduleFilter
          value={scheduleId}
          onChange={(id) => filters.set({ schedule_id: id === null ? null : String(id), page: null })}
        />
      </Group>
      {rebuilt && <Rebuilt answer={rebuilt} month={name} onClose={() => setRebuilt(null)} />}
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={520} />}
      {data && (
        <>
          <MonthFigures totals={isThis ? data.totals : null} />
          {isPhone ? (
            <RunDays {...days} {...chooser} />
          ) : (
            <MonthGrid {...days} month={month} cell={(one) => <RunDay {...chooser} {...one} />} />
          )}
        </>
      )}
      {day && (
        <DayRuns key={day} day={day} zone={zone} scheduleId={scheduleId} onClose={() => choose(null)} />
      )}
    </>
  )
}
