import { Button, Group, NumberInput, SimpleGrid, Stack, Switch, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { useZone } from '../../time/zone.tsx'
import { InstantPicker } from '../InstantPicker.tsx'
import { jobsPath } from '../jobsPath.ts'
import { notifyDone } from '../notify.tsx'
import { ParamsEditor } from '../params/ParamsEditor.tsx'
import type { Params } from '../params/paramsSchema.ts'
import { WORDS_BELOW } from '../wordsBelow.ts'
import { BackfillCount, useBackfillCount } from './BackfillCount.tsx'
import { HandlerNotice } from './HandlerNotice.tsx'
import type { GoTo } from './openRunNow.tsx'
import { readCronsAnew } from './readCronsAnew.ts'

interface Props {
  cron: Schemas['Cron']
  goTo: GoTo
  close: () => void
}

const HOUR_MS = 3_600_000
const RANGES = { hours: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS } as const
/** While a range is still being chosen it is not counted, in milliseconds. */
const COUNT_AFTER_MS = 350

export default function BackfillForm({ cron, goTo, close }: Props) {
  const { t, i18n } = useTranslation('cronActions')
  const zone = useZone().nameFor(cron.timezone)
  const [openedAt] = useState(() => new Date(Math.floor(Date.now() / 1_000) * 1_000))
  const before = (ms: number) => new Date(openedAt.getTime() - ms).toISOString()
  const [range, setRange] = useState({ from: before(RANGES.hours), to: openedAt.toISOString() })
  const [maxActive, setMaxActive] = useState(1)
  const [hasParams, setHasParams] = useState(false)
  const [params, setParams] = useState<Params>(cron.handler_params)
  const [problem, setProblem] = useState<string | null>(null)
  const body = { ...range, max_active: maxActive, ...(hasParams ? { params } : {}) }
  const [counted] = useDebouncedValue(body, COUNT_AFTER_MS)
  const count = useBackfillCount(cron.id, counted)
  const isCounting = counted !== body && JSON.stringify(counted) !== JSON.stringify(body)
  const start = useMutation({
    mutationFn: async () => {
      const { data } = await fetchClient.POST('/crons/{id}/backfill', {
        params: { path: { id: cron.id } },
        body,
      })
      return data as Schemas['BackfillOutput']
    },
    onSuccess: (made) => {
      notifyDone(t('backfilled', { count: made.count, name: cron.name }), {
        label: t('showRuns'),
        onClick: () => goTo(jobsPath({ cron: cron.id })),
      })
      close()
      return readCronsAnew()
    },
  })
  const runs = isCounting ? undefined : count.data?.count
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('backfillText')}
      </Text>
      <HandlerNotice name={cron.handler_name} />
      <Group gap="xs">
        {Object.entries(RANGES).map(([name, ms]) => (
          <Button
            key={name}
            size="xs"
            variant="default"
            onClick={() => setRange({ from: before(ms), to: openedAt.toISOString() })}
          >
            {t(`range.${name as keyof typeof RANGES}`)}
          </Button>
        ))}
      </Group>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <InstantPicker
          label={t('from')}
          description={t('fromWhy')}
          value={range.from}
          onChange={(from) => from && setRange({ ...range, from })}
          zone={zone}
          maxAt={openedAt.toISOString()}
          inputWrapperOrder={WORDS_BELOW}
          withSeconds
        />
        <InstantPicker
          label={t('to')}
          description={t('toWhy')}
          value={range.to}
          onChange={(to) => to && setRange({ ...range, to })}
          zone={zone}
          maxAt={openedAt.toISOString()}
          inputWrapperOrder={WORDS_BELOW}
          withSeconds
        />
      </SimpleGrid>
      <NumberInput
        label={t('maxActive')}
        description={t('maxActiveWhy')}
        min={1}
        max={100}
        allowDecimal={false}
        clampBehavior="strict"
        value={maxActive}
        onChange={(next) => setMaxActive(Number(next) || 1)}
      />
      <Switch
        label={t('otherParams')}
        checked={hasParams}
        onChange={(event) => setHasParams(event.currentTarget.checked)}
      />
      {hasParams && (
        <ParamsEditor
          handlerName={cron.handler_name}
          value={params}
          onChange={(next, why) => {
            setParams(next)
            setProblem(why)
          }}
          isNarrow
        />
      )}
      <BackfillCount
        cron={cron}
        count={count.data}
        error={start.error ?? count.error}
        isPending={isCounting || count.isFetching}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={close}>
          {t('cancel', { ns: 'common' })}
        </Button>
        <Button loading={start.isPending} disabled={!runs || problem !== null} onClick={() => start.mutate()}>
          {runs ? t('startRuns', { count: runs, formatted: runs.toLocaleString(i18n.language) }) : t('start')}
        </Button>
      </Group>
    </Stack>
  )
}
