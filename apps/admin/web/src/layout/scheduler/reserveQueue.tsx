import { Button, Group, NativeSelect, Stack, Text, Textarea } from '@mantine/core'
import i18next from 'i18next'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { openWindow } from '../../components/openWindow.tsx'
import { Instant } from '../../time/Instant.tsx'
import { useNow } from '../../time/useNow.ts'
import { rereadStatus } from './rereadStatus.ts'

const MAX_REASON = 500
const HOUR_SECONDS = 3_600
const DAY_SECONDS = 86_400
/** From minutes to the week that admin allows. */
const CHOICES_SECONDS = [900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400, 259_200, 604_800]

/** Asks why and for how long, and holds the queue for a maintenance window. */
export function reserveQueue(): void {
  openWindow(i18next.t('reserve.title', { ns: 'overview' }), (close) => <ReserveForm close={close} />)
}

function ReserveForm({ close }: { close: () => void }) {
  const { t } = useTranslation('overview')
  const { t: common } = useTranslation()
  const [reason, setReason] = useState('')
  const [seconds, setSeconds] = useState(HOUR_SECONDS)
  const [isReasonMissing, setReasonMissing] = useState(false)
  const now = useNow()
  const reserve = api.useMutation('post', '/scheduler/reservation', {
    onSuccess: () => {
      notifyDone(t('reserve.done'))
      void rereadStatus()
      close()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setReasonMissing(reason.trim() === '')
    if (reason.trim() !== '') reserve.mutate({ body: { reason, ttl_seconds: seconds } })
  }
  const lengthOf = (choice: number) => {
    if (choice < HOUR_SECONDS) return t('reserve.minutes', { count: choice / 60 })
    if (choice < DAY_SECONDS) return t('reserve.hours', { count: choice / HOUR_SECONDS })
    return t('reserve.days', { count: choice / DAY_SECONDS })
  }
  const { reason: reasonError, ttl_seconds: ttlError } = reserve.error?.byField ?? {}
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t('reserve.text')}</Text>
        <Textarea
          label={t('reserve.reason')}
          description={t('reserve.reasonHint')}
          placeholder={t('reserve.reasonExample')}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={isReasonMissing ? t('reserve.reasonMissing') : reasonError}
          maxLength={MAX_REASON}
          autosize
          minRows={2}
          required
          data-autofocus
        />
        <NativeSelect
          label={t('reserve.duration')}
          value={seconds}
          onChange={(event) => setSeconds(Number(event.currentTarget.value))}
          data={CHOICES_SECONDS.map((choice) => ({ value: String(choice), label: lengthOf(choice) }))}
          error={ttlError}
        />
        <Text size="sm" c="dimmed">
          {t('reserve.endsAt')} <Instant at={new Date(now + seconds * 1_000).toISOString()} style="minute" />
        </Text>
        {reserve.error && !reasonError && !ttlError && <ErrorNotice error={reserve.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={reserve.isPending}>
            {t('reserve.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
