import { ActionIcon, Group, Select, Text, TextInput, Tooltip } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconDownload, IconSearch } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '../../components/CopyIcon.tsx'
import { useZone } from '../../time/zone.tsx'
import type { LogLine } from './JobLogStore.ts'
import { LEVELS, type Level, type LogFilter, logAsText } from './logFilter.ts'

/** Search, filters, and what takes the log along. */
export function LogToolbar({
  jobId,
  lines,
  shown,
  filter,
  onFilter,
  search,
  onSearch,
  at,
  found,
  onMove,
}: {
  jobId: number
  lines: readonly LogLine[]
  shown: readonly LogLine[]
  filter: LogFilter
  onFilter: (filter: LogFilter) => void
  search: string
  onSearch: (text: string) => void
  /** The match at hand, from 0. */
  at: number
  found: number
  /** To the next match, or with -1 to the one before. */
  onMove: (by: 1 | -1) => void
}) {
  const { t } = useTranslation(['job', 'common'])
  const { nameFor } = useZone()
  const attempts = useMemo(() => [...new Set(lines.map(({ attempt }) => attempt))], [lines])
  const download = () => {
    const url = URL.createObjectURL(new Blob([logAsText(shown, nameFor())], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `job-${jobId}.log`
    link.click()
    // The browser has to have begun with it.
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }
  const said =
    search === '' ? '' : found === 0 ? t('log.noMatch') : t('log.matches', { current: at + 1, total: found })
  return (
    <Group gap="xs" mb="xs">
      <TextInput
        size="xs"
        flex="1 1 180px"
        aria-label={t('log.search')}
        placeholder={t('log.search')}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onMove(event.shiftKey ? -1 : 1)
        }}
      />
      <Text size="xs" c="dimmed" className="tabular" role="status">
        {said}
      </Text>
      {search !== '' && (
        <Group gap={2} wrap="nowrap">
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            disabled={found === 0}
            aria-label={t('log.previous')}
            onClick={() => onMove(-1)}
          >
            <IconChevronUp size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            disabled={found === 0}
            aria-label={t('log.next')}
            onClick={() => onMove(1)}
          >
            <IconChevronDown size={18} aria-hidden />
          </ActionIcon>
        </Group>
      )}
      <Select
        size="xs"
        w={160}
        aria-label={t('log.level')}
        data={[
          { value: 'all', label: t('log.levels.all') },
          ...LEVELS.slice(1).map((value) => ({ value, label: t(`log.levels.${value}`) })),
        ]}
        value={filter.level ?? 'all'}
        onChange={(level) => onFilter({ ...filter, level: level === 'all' ? null : (level as Level) })}
        allowDeselect={false}
      />
      {attempts.length > 1 && (
        <Select
          size="xs"
          w={150}
          aria-label={t('log.attempt')}
          data={[
            { value: 'all', label: t('log.allAttempts') },
            ...attempts.map((number) => ({
              value: String(number),
              label: t('attempts.numbered', { number }),
            })),
          ]}
          value={filter.attempt === null ? 'all' : String(filter.attempt)}
          onChange={(attempt) => onFilter({ ...filter, attempt: attempt === 'all' ? null : Number(attempt) })}
          allowDeselect={false}
        />
      )}
      <Group gap={2} wrap="nowrap">
        <CopyIcon text={() => logAsText(shown, nameFor())} label={t('log.copy')} />
        <Tooltip label={t('log.download')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('log.download')}
            disabled={shown.length === 0}
            onClick={download}
          >
            <IconDownload size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Group>
  )
}
