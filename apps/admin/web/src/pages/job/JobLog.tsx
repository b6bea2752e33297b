import { Badge, Group, Paper, Text, Title } from '@mantine/core'
import { useDeferredValue, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { JobDetail } from './JobPage.tsx'
import { LogLines } from './LogLines.tsx'
import { LogToolbar } from './LogToolbar.tsx'
import { filterLines, findInLines, type LogFilter } from './logFilter.ts'
import { useJobLog } from './useJobLog.ts'

const STATE_COLOR = { connecting: 'gray', live: 'teal', lost: 'orange', ended: 'gray' } as const

/** What its handler logs, as it is written: followed, searched, filtered, taken along. */
export function JobLog({ job: { id, status } }: { job: JobDetail }) {
  const { t, i18n } = useTranslation(['job', 'common'])
  const isFinal = !['PENDING', 'RUNNING'].includes(status)
  const { lines, state } = useJobLog(id, isFinal)
  const [filter, setFilter] = useState<LogFilter>({ level: null, attempt: null })
  const [search, setSearch] = useState('')
  const [position, setPosition] = useState(0)
  const shown = useMemo(() => filterLines(lines, filter), [lines, filter])
  // Typing goes before searching a hundred thousand lines.
  const sought = useDeferredValue(search)
  const found = useMemo(() => findInLines(shown, sought), [shown, sought])
  const at = found.length > 0 ? Math.min(position, found.length - 1) : -1
  const number = (count: number) => count.toLocaleString(i18n.language)
  if (status === 'SKIPPED') return null
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="log">
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="sm">
          <Title order={2} size="h4" id="log">
            {t('log.title')}
          </Title>
          <Badge
            color={STATE_COLOR[state]}
            variant="dot"
            size="sm"
            tt="none"
            className="jobu-badge"
            role="status"
          >
            {t(`log.state.${state}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" className="tabular">
          {shown.length === lines.length
            ? t('log.lines', { count: lines.length })
            : t('log.shown', { shown: number(shown.length), total: number(lines.length) })}
        </Text>
      </Group>
      <LogToolbar
        jobId={id}
        lines={lines}
        shown={shown}
        filter={filter}
        onFilter={setFilter}
        search={search}
        onSearch={(text) => {
          setSearch(text)
          setPosition(0)
        }}
        at={at}
        found={found.length}
        onMove={(by) => setPosition((found.length + Math.max(at, 0) + by) % Math.max(1, found.length))}
      />
      <LogLines
        lines={shown}
        search={sought}
        current={at < 0 ? null : found[at]!}
        isMoving={!isFinal}
        empty={t(
          lines.length > 0
            ? 'log.filtered'
            : isFinal
              ? 'log.empty'
              : status === 'PENDING'
                ? 'log.emptyPending'
                : 'log.emptyYet',
        )}
      />
    </Paper>
  )
}
