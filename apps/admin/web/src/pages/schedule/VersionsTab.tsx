import { Anchor, Button, Group, Stack, Text, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { type Schedule, type ScheduleVersion, tasksOf } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { ShownOf } from '../../components/table/ShownOf.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { Instant } from '../../time/Instant.tsx'
import { TaskGraph } from './GraphTab.tsx'
import { YamlView } from './YamlView.tsx'

/** Which tasks it had when. Runs keep the version they began with. */
export function VersionsTab({ schedule }: { schedule: Schedule }) {
  const filters = useFilters()
  const shown = Number(filters.get('version'))
  return shown > 0 ? <OneVersion schedule={schedule} version={shown} /> : <AllVersions schedule={schedule} />
}

function AllVersions({ schedule }: { schedule: Schedule }) {
  const { t } = useTranslation('schedules')
  const filters = useFilters()
  const answer = api.useQuery(
    'get',
    '/schedules/{id}/versions',
    { params: { path: { id: schedule.id }, query: { page: pageOf(filters), size: 50 } } },
    { placeholderData: keepPreviousData },
  )
  const columns: Column<ScheduleVersion>[] = [
    {
      id: 'version',
      header: t('version'),
      width: 140,
      isFixed: true,
      cell: ({ version }) => (
        <Group gap={8} wrap="nowrap">
          <Anchor
            component="button"
            type="button"
            inherit
            onClick={() => filters.set({ version: String(version) })}
          >
            {t('versions.one', { version })}
          </Anchor>
          {version === schedule.version && (
            <Text span size="xs" c="dimmed">
              {t('versions.current')}
            </Text>
          )}
        </Group>
      ),
    },
    {
      id: 'created_at',
      header: t('versions.at'),
      cell: ({ created_at }) => <Instant at={created_at} />,
    },
    {
      id: 'created_by',
      header: t('versions.by'),
      hideBelow: 'sm',
      cell: ({ created_by }) => created_by ?? '–',
    },
    {
      id: 'tasks',
      header: t('head.tasks'),
      width: 90,
      isNumber: true,
      cell: ({ task_count }) => task_count,
    },
  ]
  const list = listOf<ScheduleVersion>(answer)
  return (
    <Stack gap="sm">
      <DataTable
        name="schedule-versions"
        label={t('versions.label', { title: schedule.title })}
        columns={columns}
        list={list}
        rowKey={({ version }) => version}
        toolbar={<ShownOf list={list} />}
        empty={null}
      />
      <Group justify="center">
        <Pages count={answer.data?.pages} filters={filters} />
      </Group>
    </Stack>
  )
}

function OneVersion({ schedule, version }: { schedule: Schedule; version: number }) {
  const { t } = useTranslation('schedules')
  const filters = useFilters()
  const { data, error, refetch } = api.useQuery('get', '/schedules/{id}/versions/{version}', {
    params: { path: { id: schedule.id, version } },
  })
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconArrowLeft size={14} aria-hidden />}
          onClick={() => filters.set({ version: null })}
        >
          {t('versions.all')}
        </Button>
        <Title order={2} size="h4">
          {t('versions.one', { version })}
        </Title>
        {data && (
          <Text size="sm" c="dimmed" component="div">
            <Instant at={data.created_at} /> {data.created_by && `· ${data.created_by}`}
          </Text>
        )}
      </Group>
      {error && <ErrorNotice error={error} onRetry={refetch} />}
      {data && (
        <>
          <TaskGraph tasks={tasksOf(data)} title={schedule.title} />
          <YamlView value={{ tasks: tasksOf(data) }} name={`${schedule.title}-v${version}`} />
        </>
      )}
    </Stack>
  )
}
