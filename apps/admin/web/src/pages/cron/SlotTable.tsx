import { Anchor, Badge, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import type { List } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { reasonMeaning } from '../../components/ReasonText.tsx'
import type { Column } from '../../components/table/column.ts'
import { DataTable } from '../../components/table/DataTable.tsx'
import { formatDuration } from '../../time/format.ts'
import { Instant } from '../../time/Instant.tsx'
import { IS_PLAIN, type Slot, verdictColor, verdictTextKey } from './slotVerdict.ts'

/** Slots one by one: when each was due, its verdict, and the sentence that explains it. */
export function SlotTable({
  cron,
  list,
  isFiltered,
}: {
  cron: Schemas['Cron']
  list: List<Slot>
  isFiltered: boolean
}) {
  const { t } = useTranslation(['cron', 'common'])
  const columns: Column<Slot>[] = [
    {
      id: 'scheduled_time',
      header: t('slots.scheduled'),
      width: 190,
      isFixed: true,
      cell: ({ scheduled_time }) => <Instant at={scheduled_time} cronZone={cron.timezone} />,
    },
    {
      id: 'verdict',
      header: t('slots.verdict'),
      width: 170,
      isFixed: true,
      cell: ({ verdict, is_backfill }) => (
        <Group gap={4} wrap="nowrap">
          <Badge color={verdictColor(verdict)} variant="light" tt="none" className="jobu-badge" size="sm">
            {t(`verdict.${verdict}`)}
          </Badge>
          {is_backfill && (
            <Badge color="gray" variant="outline" tt="none" size="sm">
              {t('slots.backfill')}
            </Badge>
          )}
        </Group>
      ),
    },
    {
      id: 'explanation',
      header: t('slots.explanation'),
      hideBelow: 'sm',
      cell: (slot) => <Explanation slot={slot} />,
    },
    {
      id: 'duration',
      header: t('slots.duration'),
      width: 100,
      isNumber: true,
      hideBelow: 'md',
      cell: ({ duration_ms }) => (duration_ms === null ? '–' : formatDuration(duration_ms)),
    },
    {
      id: 'late',
      header: t('slots.late'),
      width: 90,
      isNumber: true,
      hideBelow: 'md',
      cell: ({ late_ms }) => (late_ms === null ? '–' : formatDuration(late_ms)),
    },
    {
      id: 'job',
      header: t('slots.job'),
      width: 100,
      isNumber: true,
      cell: ({ job_id, covered_by }) => {
        const id = job_id ?? covered_by
        return id === null ? (
          '–'
        ) : (
          <Anchor component={Link} to={`/jobs/${id}`} inherit>
            {id}
          </Anchor>
        )
      },
    },
  ]
  return (
    <DataTable
      name="cron-slots"
      label={t('slots.table', { name: cron.name })}
      columns={columns}
      list={list}
      rowKey={({ scheduled_time }) => scheduled_time}
      maxHeight="520px"
      empty={
        isFiltered ? (
          <EmptyState title={t('common:table.noMatch')} />
        ) : (
          <EmptyState title={t('slots.empty')} text={t('slots.emptyText')} />
        )
      }
    />
  )
}

/** In the language of the page by the verdict's code; below it what only the server knows: an error, a name, a time. */
function Explanation({ slot }: { slot: Slot }) {
  const { t } = useTranslation('cron')
  const text = t(`verdictText.${verdictTextKey(slot)}`, {
    late: formatDuration(slot.late_ms ?? 0),
    ran: formatDuration(slot.duration_ms ?? 0),
  })
  const meaning = slot.reason && slot.reason !== slot.verdict ? reasonMeaning(slot.reason) : undefined
  return (
    <>
      <Text size="sm">
        {text} {meaning}
      </Text>
      {!IS_PLAIN.has(slot.verdict) && (
        <Text size="xs" c="dimmed" lineClamp={2} title={slot.explanation} lang="en">
          {slot.explanation}
        </Text>
      )}
    </>
  )
}
