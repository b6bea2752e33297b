import { Badge, Button, Skeleton, Stack, Text } from '@mantine/core'
import { IconMoodCheck } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { FailureRow } from './FailureRow.tsx'
import { jobsPath } from './links.ts'
import { Panel } from './Panel.tsx'
import { useNumbers } from './useNumbers.ts'

const FIRST = 6

/** What failed in the last day, by cause. */
export function FailureGroups() {
  const { t } = useTranslation('overview')
  const { count } = useNumbers()
  const [isLong, setLong] = useState(false)
  const { data, error, refetch, isPending } = api.useQuery('get', '/stats/failures')
  const groups = data?.items ?? []
  const more = groups.length - FIRST
  const retried = data ? data.total - data.grouped : 0
  return (
    <Panel
      title={t('failures.title')}
      aside={
        data && (
          <Badge variant="light" color={data.total > 0 ? 'red' : 'gray'}>
            {count(data.total)}
          </Badge>
        )
      }
      {...(data && data.total > 0
        ? {
            to: jobsPath({ status: ['FAILED', 'TIMEOUT'], last: '24h' }),
            linkText: t('failures.allFailures'),
          }
        : {})}
    >
      {isPending && (
        <Stack gap="sm" aria-hidden>
          <Skeleton h={44} />
          <Skeleton h={44} w="85%" />
          <Skeleton h={44} w="92%" />
        </Stack>
      )}
      {error && !data && <ErrorNotice error={error} onRetry={() => void refetch()} />}
      {data && groups.length === 0 && (
        <EmptyState title={t('failures.empty')} text={t('failures.emptyText')} icon={IconMoodCheck} />
      )}
      {data && groups.length > 0 && (
        <Stack component="ul" gap={0} m={0} p={0} style={{ listStyle: 'none' }}>
          {groups.slice(0, isLong ? undefined : FIRST).map((group) => (
            <FailureRow
              key={`${group.reason} ${group.handler_name} ${group.message}`}
              group={group}
              from={data.from}
            />
          ))}
        </Stack>
      )}
      {more > 0 && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="xs"
          onClick={() => setLong(!isLong)}
          aria-expanded={isLong}
        >
          {isLong ? t('failures.fewerGroups') : t('failures.moreGroups', { count: more })}
        </Button>
      )}
      {data && (!data.is_complete || retried > 0) && (
        <Text size="xs" c="dimmed" mt="xs">
          {data.is_complete ? t('failures.retriedSince', { count: retried }) : t('failures.incomplete')}
        </Text>
      )}
    </Panel>
  )
}
