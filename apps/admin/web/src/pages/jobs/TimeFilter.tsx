import { Button, Group, Popover, Skeleton, Stack } from '@mantine/core'
import { IconCalendarTime } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatInstant, zoneLabel } from '../../time/format.ts'
import { useZone } from '../../time/zone.tsx'
import { type JobFilterState, SPANS, type Span } from './useJobFilter.ts'

const TimeRange = lazy(() => import('./TimeRange.tsx'))

/** When they were scheduled: up to now, or between two times. */
export function TimeFilter({ state: { get, set, span } }: { state: JobFilterState }) {
  const { t } = useTranslation(['jobs', 'common'])
  const { nameFor } = useZone()
  const [isOpen, setOpen] = useState(false)
  const zone = nameFor()
  const [from, to] = [get('from'), get('to')]
  const said = (at: string) =>
    Number.isNaN(Date.parse(at)) ? at : `${formatInstant(at, zone, 'minute')} ${zoneLabel(zone, at)}`
  const label = span
    ? t(`span.${span}`)
    : from && to
      ? `${said(from)} – ${said(to)}`
      : from
        ? t('filter.since', { at: said(from) })
        : to
          ? t('filter.until', { at: said(to) })
          : t('filter.anyTime')
  const isSet = Boolean(span ?? from ?? to)
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <Button
          size="xs"
          variant={isSet ? 'light' : 'default'}
          fw={isSet ? 600 : 400}
          leftSection={<IconCalendarTime size={16} aria-hidden />}
          onClick={() => setOpen(!isOpen)}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('filter.time')}>
        <Stack gap="sm">
          <Group gap="xs">
            {(Object.keys(SPANS) as Span[]).map((one) => (
              <Button
                key={one}
                size="xs"
                variant={span === one ? 'filled' : 'default'}
                onClick={() => {
                  set({ last: one, from: null, to: null })
                  setOpen(false)
                }}
              >
                {t(`span.${one}`)}
              </Button>
            ))}
            <Button
              size="xs"
              variant="subtle"
              disabled={!isSet}
              onClick={() => {
                set({ last: null, from: null, to: null })
                setOpen(false)
              }}
            >
              {t('filter.anyTime')}
            </Button>
          </Group>
          <Suspense fallback={<Skeleton height={62} width={420} maw="80vw" />}>
            <TimeRange from={from} to={to} onChange={(change) => set({ last: null, ...change })} />
          </Suspense>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
