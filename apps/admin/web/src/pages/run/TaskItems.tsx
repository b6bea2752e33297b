import { Anchor, Box, Group, Pagination, Select, Skeleton, Stack, Table, Text } from '@mantine/core'
import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { api } from '../../api/client.ts'
import type { RunDetail, RunTask, TaskItem } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { TimeTaken } from './TimeTaken.tsx'

const PAGE_SIZE = 50
/** Of the value of an item, as JSON. */
const VALUE_CHARS = 80

const STATES = ['FAILED', 'PENDING', 'SUCCESS', 'CANCELLED', 'SKIPPED', 'TIMEOUT'] as const

/** The items of a list, each with what became of it. */
export function TaskItems({ run, task }: { run: RunDetail; task: RunTask }) {
  const { t } = useTranslation(['run', 'common'])
  const [page, setPage] = useState(1)
  const [status, setStatus] = useState<(typeof STATES)[number] | null>(null)
  const { data, error, refetch } = api.useQuery(
    'get',
    '/schedules/{id}/runs/{run_id}/tasks/{key}/items',
    {
      params: {
        path: { id: run.schedule_id, run_id: run.id, key: task.key },
        query: { page, size: PAGE_SIZE, ...(status ? { status: [status] } : {}) },
      },
    },
    { placeholderData: keepPreviousData },
  )
  const { total = 0, left = 0, failed = 0 } = task.items ?? {}
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {t('items.done', { done: total - left, total })}
          {failed > 0 && ` · ${t('items.failed', { count: failed })}`}
        </Text>
        <Select
          size="xs"
          w={150}
          aria-label={t('table.status')}
          value={status ?? ''}
          onChange={(next) => {
            setPage(1)
            setStatus(STATES.find((one) => one === next) ?? null)
          }}
          data={[
            { value: '', label: t('table.all') },
            ...STATES.map((value) => ({
              value,
              label: value === 'PENDING' ? t('items.notEnded') : t(`common:status.${value}`),
            })),
          ]}
          allowDeselect={false}
        />
      </Group>
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton h={160} />}
      {data && data.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(status ? 'common:table.noMatch' : 'items.none')}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <Box style={{ overflowX: 'auto' }}>
          <Table verticalSpacing={4} aria-label={t('items.label', { key: task.key })}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('items.number')}</Table.Th>
                <Table.Th scope="col">{t('items.value')}</Table.Th>
                <Table.Th scope="col">{t('table.status')}</Table.Th>
                <Table.Th scope="col" ta="right">
                  {t('duration')}
                </Table.Th>
                <Table.Th scope="col">{t('items.job')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((item) => (
                <Item key={item.item} item={item} />
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      )}
      {data && data.pages > 1 && (
        <Pagination
          size="sm"
          aria-label={t('common:pages')}
          total={data.pages}
          value={page}
          onChange={setPage}
        />
      )}
    </Stack>
  )
}

function Item({ item }: { item: TaskItem }) {
  const text = JSON.stringify(item.value) ?? ''
  return (
    <Table.Tr>
      <Table.Td className="tabular">{item.item}</Table.Td>
      <Table.Td maw={220} style={{ overflowWrap: 'anywhere' }}>
        <Text span size="xs" ff="monospace" title={text}>
          {text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)}…` : text}
        </Text>
        {item.error_message && (
          <Text size="xs" c="var(--mantine-color-error)" lineClamp={2} title={item.error_message}>
            {item.error_message}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge status={item.status} />
      </Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: 'nowrap' }}>
        <TimeTaken of={item} />
      </Table.Td>
      <Table.Td>
        {item.execution_id === null ? (
          '–'
        ) : (
          <Anchor component={Link} to={`/jobs/${item.execution_id}`} size="sm">
            #{item.execution_id}
          </Anchor>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
