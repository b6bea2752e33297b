import { Group, SimpleGrid, Skeleton, Stack, Switch, Text, Title } from '@mantine/core'
import { IconServer2 } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { listOf } from '../../api/listOf.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { Pages, pageOf } from '../../components/Pages.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { useHashTarget } from '../../components/useHashTarget.ts'
import { DispatcherTable } from './DispatcherTable.tsx'
import { QueueTable } from './QueueTable.tsx'
import { VersionSkew } from './VersionSkew.tsx'
import { heldBy, WorkerCard } from './WorkerCard.tsx'

const SIZE = 60
const RUNNING_FIELDS = ['id', 'handler_name', 'cron_name', 'progress_percentage', 'started_at'] as const

export default function WorkersPage() {
  const { t } = useTranslation('workers')
  const filters = useFilters()
  const { get, set } = filters
  const withStopped = get('stopped') === 'true'
  const page = pageOf(filters)
  const workers = api.useQuery('get', '/workers', {
    params: {
      query: { page, size: SIZE, ...(withStopped ? {} : { status: ['ACTIVE', 'DRAINING', 'LOST'] }) },
    },
  })
  const dispatchers = api.useQuery('get', '/dispatchers', {
    params: { query: { size: SIZE, ...(withStopped ? {} : { status: ['ACTIVE', 'LOST'] }) } },
  })
  const running = api.useQuery('get', '/jobs', {
    params: { query: { status: ['RUNNING'], size: 200, fields: [...RUNNING_FIELDS] } },
  })
  const jobs = useMemo(
    () => new Map(running.data?.items.map((job) => [job.id as number, job]) ?? []),
    [running.data],
  )
  useHashTarget(!workers.isPending)
  const dispatcherList = listOf<Schemas['Dispatcher']>(dispatchers)
  const rows = listOf<Schemas['Worker']>(workers).rows
  const live = rows.filter(({ is_alive }) => is_alive)
  const active = live.filter(({ status }) => status === 'ACTIVE')
  return (
    <>
      <PageHeader title={t('title')} description={t('description')}>
        <Switch
          label={t('showStopped')}
          checked={withStopped}
          onChange={() => set({ stopped: withStopped ? null : 'true', page: null })}
        />
      </PageHeader>
      <Stack gap="md">
        {workers.data && dispatchers.data && (
          <Summary live={live} dispatchers={dispatcherList.rows.filter(({ is_alive }) => is_alive).length} />
        )}
        <VersionSkew processes={[...rows, ...dispatcherList.rows]} />
        <Title order={2} size="h4">
          {t('workers')}
        </Title>
        {workers.error && <ErrorNotice error={workers.error} onRetry={() => void workers.refetch()} />}
        {workers.data?.items.length === 0 && (
          <EmptyState title={t('empty.title')} text={t('empty.text')} icon={IconServer2} />
        )}
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
          {workers.isPending && [1, 2].map((key) => <Skeleton key={key} h={230} radius="md" />)}
          {rows.map((worker) => (
            <WorkerCard
              key={worker.id}
              worker={worker}
              jobs={jobs}
              isLast={active.every(({ id }) => id === worker.id)}
            />
          ))}
        </SimpleGrid>
        <Pages count={workers.data?.pages} filters={filters} />
        <Title order={2} size="h4">
          {t('dispatchers')}
        </Title>
        <DispatcherTable list={dispatcherList} />
        <Title order={2} size="h4">
          {t('queues')}
        </Title>
        <QueueTable />
      </Stack>
    </>
  )
}

function Summary({ live, dispatchers }: { live: Schemas['Worker'][]; dispatchers: number }) {
  const { t } = useTranslation('workers')
  const running = live.reduce((sum, worker) => sum + heldBy(worker), 0)
  const pool = live.reduce((sum, { pool_size }) => sum + pool_size, 0)
  return (
    <Group gap="lg" style={{ rowGap: 4 }}>
      {[
        t('summary.workers', { count: live.length }),
        t('summary.slots', { running, pool }),
        t('summary.dispatchers', { count: dispatchers }),
      ].map((text) => (
        <Text key={text} size="sm" fw={550}>
          {text}
        </Text>
      ))}
    </Group>
  )
}
