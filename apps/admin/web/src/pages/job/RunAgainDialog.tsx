import { Button, Group, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { FormModal } from '../../components/FormModal.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { type Params, ParamsField } from './ParamsField.tsx'
import { readJobsAnew } from './readJobsAnew.ts'

/** Another execution of the same, with the same params or others. */
export default function RunAgainDialog({ job, onClose }: { job: Schemas['JobDetail']; onClose: () => void }) {
  const { t } = useTranslation(['job', 'common'])
  const navigate = useNavigate()
  const [params, setParams] = useState<Params | undefined>(job.params)
  const again = useMutation({
    mutationFn: (next: Params) => runAgain(job, next),
    onSuccess: (id) => {
      readJobsAnew()
      notifyDone(t('again.done', { name: `#${id}` }))
      onClose()
      void navigate(`/jobs/${id}`)
    },
  })
  return (
    <FormModal
      title={t('again.title', { of: job.cron_name ?? job.handler_name })}
      onClose={onClose}
      size="lg"
      onSubmit={() => params && again.mutate(params)}
    >
      <Text size="sm" c="dimmed">
        {t(job.job_id === null ? 'again.ofJob' : 'again.ofCron')}
      </Text>
      <ParamsField
        label={t('params.title')}
        handlerName={job.handler_name}
        initial={job.params}
        onChange={setParams}
        error={again.error}
      />
      {again.error && <ErrorNotice error={again.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        <Button type="submit" loading={again.isPending} disabled={!params}>
          {t('again.submit')}
        </Button>
      </Group>
    </FormModal>
  )
}

/** As an execution of its cron where it is of one. @returns its id */
async function runAgain(job: Schemas['JobDetail'], params: Params): Promise<number> {
  if (job.job_id !== null) {
    const path = { id: job.job_id }
    const { data } = await fetchClient.POST('/crons/{id}/trigger', { params: { path }, body: { params } })
    return data!.id
  }
  const { handler_name, queue, priority, max_retry, retry_delay_seconds, retry_backoff, timeout_seconds } =
    job
  const { data } = await fetchClient.POST('/jobs', {
    body: {
      handler_name,
      params,
      queue,
      priority,
      max_retry,
      retry_delay_seconds,
      retry_backoff,
      timeout_seconds,
    },
  })
  return data!.id
}
