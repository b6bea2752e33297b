import { Alert, Badge, Box, List, Paper, Skeleton, Table, Text, Tooltip } from '@mantine/core'
import { IconClockExclamation } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { RelativeTime } from '../../time/Instant.tsx'
import { useZone } from '../../time/zone.tsx'
import { ErrorNotice } from '../ErrorNotice.tsx'
import classes from './SchedulePreview.module.css'
import type { Preview } from './usePreview.ts'

const RUNS_SHOWN = 10
const MOVES_SHOWN = 4

/** A schedule in words, its next ten runs by two clocks, and what daylight saving does to it. */
export function SchedulePreview({ preview, timezone }: { preview: Preview; timezone: string }) {
  const { t } = useTranslation('cronForm')
  const { nameFor } = useZone()
  const { data, error, words, isPending, isEmpty } = preview
  const display = nameFor(timezone)
  // Two clocks that show the same would say nothing.
  const other = display === timezone ? (timezone === 'UTC' ? 'Asia/Seoul' : 'UTC') : display
  const runs = data?.next.slice(0, RUNS_SHOWN) ?? []
  // Seconds are shown where they say something.
  const clock = (at: string, zone: string) => {
    const full = formatInstant(at, zone)
    return runs.every((run) => /:00(\.0+)?Z$/.test(run)) ? full.slice(0, -3) : full
  }
  const moves = new Map(data?.daylight_saving?.map(({ at, effect }) => [at, effect]))
  return (
    <Paper className={classes.frame} p="sm" role="region" aria-label={t('preview')} aria-live="polite">
      {error && words === undefined ? (
        <ErrorNotice error={error} />
      ) : error ? (
        <Text size="sm" c="dimmed">
          {t('previewBroken')}
        </Text>
      ) : isEmpty ? (
        <Text size="sm" c="dimmed">
          {t('previewEmpty')}
        </Text>
      ) : !data ? (
        <Skeleton height={240} />
      ) : (
        <Box opacity={isPending ? 0.6 : 1}>
          <Text fw={650} mb={2}>
            {data.description}
          </Text>
          <Text size="xs" c="dimmed" mb="xs">
            {t('nextRuns', { count: runs.length })}
          </Text>
          <Moves moves={data.daylight_saving ?? []} timezone={timezone} />
          <Table
            className={classes.table}
            verticalSpacing={3}
            horizontalSpacing="xs"
            aria-label={t('preview')}
          >
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{timezone}</Table.Th>
                <Table.Th>{zoneLabel(other)}</Table.Th>
                <Table.Th className={classes.relative}>{t('fromNow')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {runs.map((at) => (
                <Table.Tr key={at}>
                  <Table.Td className="tabular">
                    {weekday(at, timezone)} {clock(at, timezone)}{' '}
                    {moves.has(at) && <Moved effect={moves.get(at)!} />}
                  </Table.Td>
                  <Table.Td className="tabular">
                    {weekday(at, other)} {clock(at, other)}
                  </Table.Td>
                  <Table.Td className={classes.relative}>
                    <RelativeTime at={at} cronZone={timezone} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      )}
    </Paper>
  )
}

/** What daylight saving does within the runs that were looked at, which are more than those shown. */
function Moves({ moves, timezone }: { moves: Array<{ at: string; effect: string }>; timezone: string }) {
  const { t } = useTranslation('cronForm')
  if (moves.length === 0) return null
  return (
    <Alert
      color="orange"
      mb="xs"
      p="xs"
      icon={<IconClockExclamation aria-hidden />}
      title={t('movesTitle', { count: moves.length })}
    >
      <List size="sm">
        {moves.slice(0, MOVES_SHOWN).map(({ at, effect }) => (
          <List.Item key={at}>
            {formatInstant(at, timezone)} {zoneLabel(timezone, at)}:{' '}
            {t(effect === 'moved' ? 'moved' : 'repeated')}
          </List.Item>
        ))}
      </List>
      {moves.length > MOVES_SHOWN && (
        <Text size="xs">{t('movesMore', { count: moves.length - MOVES_SHOWN })}</Text>
      )}
    </Alert>
  )
}

function Moved({ effect }: { effect: string }) {
  const { t } = useTranslation('cronForm')
  const text = t(effect === 'moved' ? 'moved' : 'repeated')
  return (
    <Tooltip label={text} multiline maw={320}>
      <Badge size="xs" color="orange" variant="light" tt="none" tabIndex={0}>
        {t(effect === 'moved' ? 'movedShort' : 'repeatedShort')}
      </Badge>
    </Tooltip>
  )
}

function weekday(at: string, zone: string): string {
  return new Intl.DateTimeFormat(document.documentElement.lang, { weekday: 'short', timeZone: zone }).format(
    new Date(at),
  )
}
