import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { IconInfoCircle, IconPlayerPlayFilled } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fetchClient } from '../../api/client.ts'
import type { Schedule, ScheduleRun } from '../../api/scheduleTypes.ts'
import { ErrorNotice } from '../ErrorNotice.tsx'
import { InstantPicker } from '../InstantPicker.tsx'
import { notifyDone } from '../notify.tsx'
import { JsonEditor } from '../params/JsonEditor.tsx'
import type { Params } from '../params/paramsSchema.ts'
import type { GoTo } from './openStart.tsx'
import { readSchedulesAnew } from './readSchedulesAnew.ts'

interface Props {
  schedule: Schedule
  goTo: GoTo
  close: () => void
}

export default function StartForm({ schedule, goTo, close }: Props) {
  const { t } = useTranslation('schedules')
  const [params, setParams] = useState<Params>({})
  const [problem, setProblem] = useState<string | null>(null)
  const [logicalDate, setLogicalDate] = useState<string | null>(null)
  const start = useMutation({
    mutationFn: async () => {
      const { data } = await fetchClient.POST('/schedules/{id}/start', {
        params: { path: { id: schedule.id } },
        body: {
          ...(Object.keys(params).length > 0 ? { params } : {}),
          ...(logicalDate ? { logical_date: logicalDate } : {}),
        },
      })
      return data as ScheduleRun
    },
    onSuccess: ({ id }) => {
      notifyDone(t('act.started', { title: schedule.title }), {
        label: t('act.openRun', { id }),
        onClick: () => goTo(`/schedules/${schedule.id}/runs/${id}`),
      })
      close()
      return readSchedulesAnew()
    },
  })
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t('act.startText')}
      </Text>
      {!schedule.is_enabled && (
        <Alert color="blue" icon={<IconInfoCircle aria-hidden />}>
          {t('act.startPaused')}
        </Alert>
      )}
      <InstantPicker
        label={t('act.logicalDate')}
        description={t('act.logicalDateWhy')}
        value={logicalDate}
        onChange={setLogicalDate}
        zone={schedule.timezone}
        error={start.error?.byField.logical_date}
        withSeconds
        clearable
      />
      <div>
        <JsonEditor
          value={params}
          onChange={(next, why) => {
            setParams(next)
            setProblem(why)
          }}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t('act.paramsWhy')}
        </Text>
      </div>
      {start.error && <ErrorNotice error={start.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {t('cancel', { ns: 'common' })}
        </Button>
        <Button
          leftSection={<IconPlayerPlayFilled size={16} aria-hidden />}
          loading={start.isPending}
          disabled={problem !== null}
          onClick={() => start.mutate()}
        >
          {t('act.start')}
        </Button>
      </Group>
    </Stack>
  )
}
