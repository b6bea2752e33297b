import { Anchor, CloseButton, Group, Stack, Title } from '@mantine/core'
import { keepPreviousData } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import type { ScheduleRun } from '../../api/scheduleTypes.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { formatDay } from '../../time/days.ts'
import { Instant } from '../../time/Instant.tsx'
import { TimeTaken } from '../run/TimeTaken.tsx'
import { TaskCounts } from '../schedule/TaskCounts.tsx'

interface Props {
  day: string
  zone: string
  scheduleId: number | undefined
  onClose: () => void
}

/** The runs of a day, each with the way to it. */
export function DayRuns({ day, zone, scheduleId, onClose }: Props) {
  const { t, i18n } = useTranslation(['scheduleCalendar', 'schedules', 'run', 'common'])
  const filters = useFilters()
  const section = useRef<HTMLDivElement>(null)
  const [year = 0, month = 1, number = 1] = day.split('-').map(Number)
  const answer = api.useQuery(
    'get',
    '/schedules/statistics/daily',
    {
      params: {
        query: {
          year,
          month,
          day: number,
          timezone: zone,
          page: pageOf(filters),
          size: 50,
          ...(scheduleId ? { schedule_id: scheduleId } : {}),
        },
      },
    },
    { placeholderData: keepPreviousData },
  )
  useEffect(() => {
    // Its answer is a promise in some browsers.
    section.current?.scrollIntoView({ block: 'nearest' })
  }, [answer.isPending])
  const list = listOf<ScheduleRun>({ ...answer, data: answer.data?.runs })
  const title = t('dayRuns', { day: formatDay(day, i18n.language) })
  const columns: Column<ScheduleRun>[] = [
    {
      id: 'status',
      header: t('run:table.status'),
      width: 110,
      isFixed: true,
      cell: ({ status }) => <StatusBadge status={status} />,
    },
    {
      id: 'run',
      header: t('run'),
      isFixed: true,
      cell: ({ id, schedule_id, schedule_title }) => (
        <Anchor component={Link} to={`/schedules/${schedule_id}/runs/${id}`} inherit>
          {schedule_title} #{id}
        </Anchor>
      ),
    },
    {
      id: 'scheduled',
      header: t('run:logicalDate'),
      width: 190,
      hideBelow: 'sm',
      cell: ({ scheduled_time }) => <Instant at={scheduled_time} />,
    },
    {
      id: 'duration',
      header: t('run:duration'),
      width: 100,
      isNumber: true,
      cell: (run) => <TimeTaken of={run} />,
    },
    { id: 'tasks', header: t('run:tasks'), hideBelow: 'md', cell: (run) => <TaskCounts run={run} /> },
    {
      id: 'trigger',
      header: t('run:trigger'),
      hideBelow: 'md',
      cell: ({ trigger }) => t(`schedules:trigger.${trigger}`),
    },
  ]
  return (
    <Stack component="section" gap="xs" mt="md" ref={section} aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <CloseButton aria-label={t('common:close')} onClick={onClose} size={36} />
      </Group>
      <DataTable
        name="calendar-runs"
        label={title}
        columns={columns}
        list={list}
        rowKey={({ id }) => id}
        maxHeight="60dvh"
        toolbar={<ShownOf list={list} />}
        empty={<EmptyState title={t('nothing')} />}
      />
      <Group justify="center">
        <Pages count={answer.data?.runs.pages} filters={filters} />
      </Group>
    </Stack>
  )
}
