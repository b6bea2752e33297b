import { ActionIcon, Anchor, Button, Group, Select, Stack, Text, Title } from '@mantine/core'
import { IconChevronLeft, IconChevronRight, IconHourglass } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Schemas } from '../../api/client.ts'
import { useList } from '../../api/useList.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { StatusBadge } from '../../components/StatusBadge.tsx'
import { useFilters } from '../../components/useFilters.ts'
import { addDays, dayBounds, dayOf, formatDay, isDay } from '../../time/days.ts'
import { Instant } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { instantOf } from '../../time/wallClock.ts'
import { useZone } from '../../time/zone.tsx'
import { SlotHeatMap } from './SlotHeatMap.tsx'
import { SlotTable } from './SlotTable.tsx'
import { type Slot, VERDICTS } from './slotVerdict.ts'
import { VerdictChips } from './VerdictChips.tsx'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const TRIGGERS_SHOWN = 8
const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))

/** Every instant the cron was due, by day on a map and one by one with its verdict. */
export function SlotsTab({ cron }: { cron: Schemas['Cron'] }) {
  const { t, i18n } = useTranslation('cron')
  const filters = useFilters()
  const zone = useZone().nameFor(cron.timezone)
  const now = useNow(MINUTE_MS)
  const asked = filters.get('day')
  const day = isDay(asked) ? asked : undefined
  const hour = HOURS.find((one) => one === filters.get('hour'))
  const verdict = VERDICTS.find((one) => one === filters.get('verdict'))
  const span = day ? spanOf(day, hour, zone) : {}
  const isFuture = span.from !== undefined && Date.parse(span.from) > now
  const list = useList<Slot>('/crons/{id}/slots', { ...span, verdict }, { id: cron.id, isEnabled: !isFuture })
  const answer = list.firstPage as Schemas['SlotPage'] | undefined
  const isTooMuch = list.error?.status === 400 && 'from' in list.error.byField
  const today = dayOf(new Date(now), zone)
  const go = (to: string | null) => filters.set({ day: to, hour: null, verdict: null })
  return (
    <Stack gap="lg">
      <SlotHeatMap cron={cron} day={day} onPick={(picked) => go(picked === day ? null : picked)} />
      <Stack gap="sm" component="section" aria-labelledby="slot-list">
        <Group justify="space-between" gap="xs">
          <Title order={2} size="h4" id="slot-list">
            {day ? t('slots.titleDay', { date: formatDay(day, i18n.language) }) : t('slots.titleRecent')}
          </Title>
          <Group gap="xs">
            <Select
              size="xs"
              w={120}
              aria-label={t('slots.hour')}
              value={hour ?? ''}
              onChange={(next) => filters.set({ day: day ?? today, hour: next, verdict: null })}
              data={[
                { value: '', label: t('slots.wholeDay') },
                ...HOURS.map((value) => ({ value, label: `${value}:00` })),
              ]}
              allowDeselect={false}
              comboboxProps={{ withinPortal: true }}
            />
            <Group gap={4}>
              <ActionIcon
                variant="default"
                size={30}
                aria-label={t('slots.previousDay')}
                onClick={() => go(addDays(day ?? today, -1))}
              >
                <IconChevronLeft size={16} aria-hidden />
              </ActionIcon>
              <Button size="xs" variant={day ? 'default' : 'light'} onClick={() => go(null)}>
                {t('slots.recent')}
              </Button>
              <ActionIcon
                variant="default"
                size={30}
                aria-label={t('slots.nextDay')}
                disabled={!day || day >= today}
                onClick={() => go(addDays(day ?? today, 1))}
              >
                <IconChevronRight size={16} aria-hidden />
              </ActionIcon>
            </Group>
          </Group>
        </Group>
        {isFuture ? (
          <EmptyState title={t('slots.future')} text={t('slots.futureText')} icon={IconHourglass} />
        ) : isTooMuch ? (
          <EmptyState title={t('slots.tooMany')} icon={IconHourglass} />
        ) : (
          <>
            <VerdictChips
              summary={answer?.summary}
              verdict={verdict}
              onPick={(next) => filters.set({ verdict: next })}
            />
            {answer && answer.triggers_total > 0 && <Triggers cron={cron} answer={answer} />}
            <SlotTable cron={cron} list={list} isFiltered={verdict !== undefined} />
          </>
        )}
      </Stack>
    </Stack>
  )
}

function Triggers({ cron, answer }: { cron: Schemas['Cron']; answer: Schemas['SlotPage'] }) {
  const { t } = useTranslation('cron')
  return (
    <Group gap="xs">
      <Text size="sm">{t('slots.triggers', { count: answer.triggers_total })}</Text>
      {answer.triggers.slice(0, TRIGGERS_SHOWN).map(({ job_id, scheduled_time, status }) => (
        <Group key={job_id} gap={4}>
          <Anchor component={Link} to={`/jobs/${job_id}`} size="sm">
            <Instant at={scheduled_time} cronZone={cron.timezone} style="minute" />
          </Anchor>
          <StatusBadge status={status} size="xs" />
        </Group>
      ))}
    </Group>
  )
}

function spanOf(day: string, hour: string | undefined, zone: string): { from?: string; to?: string } {
  if (!hour) return dayBounds(day, zone)
  const from = instantOf(`${day} ${hour}:00:00`, zone)
  return { from, to: new Date(Date.parse(from) + HOUR_MS).toISOString() }
}
