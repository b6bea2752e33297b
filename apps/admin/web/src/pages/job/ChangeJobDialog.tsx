import { Button, Group, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { FormModal } from '../../components/FormModal.tsx'
import { InstantPicker } from '../../components/InstantPicker.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { readJobsAnew } from './readJobsAnew.ts'

/** Another priority, or another time, for one that has not started. */
export default function ChangeJobDialog({
  job,
  onClose,
}: {
  job: Schemas['JobDetail']
  onClose: () => void
}) {
  const { t } = useTranslation(['job', 'common'])
  const name = `#${job.id}`
  const [priority, setPriority] = useState<number | string>(job.priority)
  const [time, setTime] = useState<string | null>(job.scheduled_time)
  const change = api.useMutation('patch', '/jobs/{id}', {
    onSuccess: () => {
      readJobsAnew()
      notifyDone(t('change.done', { name }))
      onClose()
    },
  })
  const isOfCron = job.job_id !== null
  const body = {
    ...(priority !== '' && priority !== job.priority ? { priority: Number(priority) } : {}),
    ...(!isOfCron && time !== job.scheduled_time ? { scheduled_time: time } : {}),
  }
  const errors = change.error?.byField ?? {}
  return (
    <FormModal
      title={t('change.title', { name })}
      onClose={onClose}
      onSubmit={() => change.mutate({ params: { path: { id: job.id } }, body })}
    >
      <NumberInput
        label={t('change.priority')}
        description={t('change.priorityHint')}
        value={priority}
        onChange={setPriority}
        min={-32_768}
        max={32_767}
        allowDecimal={false}
        error={errors.priority}
        data-autofocus
      />
      <InstantPicker
        label={t('change.time')}
        description={t(isOfCron ? 'change.timeOfCron' : 'change.timeHint')}
        value={time}
        onChange={setTime}
        error={errors.scheduled_time}
        disabled={isOfCron}
        placeholder="YYYY-MM-DD HH:mm"
        clearable
      />
      {change.error && Object.keys(errors).length === 0 && <ErrorNotice error={change.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        <Button type="submit" loading={change.isPending} disabled={Object.keys(body).length === 0}>
          {t('change.submit')}
        </Button>
      </Group>
    </FormModal>
  )
}
