import { Button, Code, Group, Stack, Table, Text } from '@mantine/core'
import i18next from 'i18next'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApiError } from '../../api/apiError.ts'
import { api, queryClient, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { openWindow } from '../../components/openWindow.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { Instant } from '../../time/Instant.tsx'
import { runBulk } from '../jobs/runBulk.ts'
import { filterOfGroup } from './filterOfGroup.ts'

interface Props {
  group: Schemas['FailureGroup']
  from: string
}

/** Says how many executions of a cause there are to retry, and retries them. */
export function retryGroup(group: Schemas['FailureGroup'], from: string): void {
  openWindow(
    i18next.t('retry.title', { ns: 'overview' }),
    (close) => <RetryForm group={group} from={from} close={close} />,
    { size: 'lg' },
  )
}

function RetryForm({ group, from, close }: Props & { close: () => void }) {
  const { t } = useTranslation('overview')
  const { t: common } = useTranslation()
  const { data, error, isPending, refetch } = useCount(group, from)
  const { retry, done, isRunning, failure } = useRetry(group, from, close)
  const count = data?.remaining ?? 0
  return (
    <Stack>
      <Chosen group={group} from={from} />
      {isPending && (
        <Text size="sm" c="dimmed" role="status">
          {t('retry.counting')}
        </Text>
      )}
      {error && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && (
        <Text size="sm" fw={600}>
          {count === 0
            ? t('retry.none')
            : t(data.is_exact ? 'retry.message' : 'retry.messageAtLeast', { count })}
        </Text>
      )}
      {data?.is_exact && count > group.count && (
        <Text size="sm" c="dimmed">
          {t('retry.differs', { group: group.count })}
        </Text>
      )}
      {isRunning && done > 0 && (
        <Text size="sm" role="status">
          {t('retry.progress', { count: done })}
        </Text>
      )}
      {failure && <ErrorNotice error={failure} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {common('cancel')}
        </Button>
        <Button onClick={() => void retry()} loading={isRunning} disabled={count === 0}>
          {t('retry.submit')}
        </Button>
      </Group>
    </Stack>
  )
}

/** What would be retried. */
function useCount(group: Schemas['FailureGroup'], from: string) {
  return api.useQuery(
    'post',
    '/jobs/bulk/retry',
    { body: { filter: filterOfGroup(group, from), dry_run: true } },
    { gcTime: 0, staleTime: 0, meta: { isLive: false } },
  )
}

function useRetry(group: Schemas['FailureGroup'], from: string, close: () => void) {
  const { t } = useTranslation('overview')
  const [done, setDone] = useState(0)
  const [isRunning, setRunning] = useState(false)
  const [failure, setFailure] = useState<ApiError | null>(null)
  const retry = async () => {
    setRunning(true)
    setFailure(null)
    try {
      const sum = await runBulk('retry', { filter: filterOfGroup(group, from) }, undefined, setDone)
      notifyDone(t('retry.done', { count: sum }))
      for (const path of ['/stats/failures', '/jobs'])
        void queryClient.invalidateQueries({ queryKey: ['get', path] })
      close()
    } catch (thrown) {
      setFailure(thrown as ApiError)
    } finally {
      setRunning(false)
    }
  }
  return { retry, done, isRunning, failure }
}

/** By what they are chosen. */
function Chosen({ group, from }: Props) {
  const { t } = useTranslation('overview')
  const { handler_name, status, q } = filterOfGroup(group, from)
  return (
    <Table withRowBorders={false} verticalSpacing={2} aria-label={t('retry.title')}>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th scope="row" fw={400} w={170}>
            {t('retry.handler')}
          </Table.Th>
          <Table.Td>{handler_name}</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th scope="row" fw={400}>
            {t('retry.status')}
          </Table.Th>
          <Table.Td>
            <Group gap={4}>
              {status.map((one) => (
                <StatusBadge key={one} status={one} />
              ))}
            </Group>
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th scope="row" fw={400}>
            {t('retry.scheduled')}
          </Table.Th>
          <Table.Td>
            <Instant at={from} style="minute" />
          </Table.Td>
        </Table.Tr>
        {q && (
          <Table.Tr>
            <Table.Th scope="row" fw={400}>
              {t('retry.words')}
            </Table.Th>
            <Table.Td>
              <Code style={{ overflowWrap: 'anywhere' }}>{q}</Code>
            </Table.Td>
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  )
}
