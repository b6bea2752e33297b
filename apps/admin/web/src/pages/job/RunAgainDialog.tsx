import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import type { ApiError } from '../../api/apiError.ts'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { type Params, ParamsField } from './ParamsField.tsx'
import { readJobsAnew } from './readJobsAnew.ts'

/** Another execution of the same, with the same params or others. */
export default function RunAgainDialog({ job, onClose }: { job: Schemas['JobDetail']; onClose: () => void }) {
  const { t } = useTranslation(['job', 'common'])
  const navigate = useNavigate()
  const [params, setParams] = useState<Params | undefined>(job.params)
  const [error, setError] = useState<ApiError | null>(null)
  const [isRunning, setRunning] = useState(false)
  const of = job.cron_name ?? job.handler_name
  const submit = async () => {
    if (!params) return
    setRunning(true)
    setError(null)
    try {
      const id = await runAgain(job, params)
      readJobsAnew()
      notifyDone(t('again.done', { name: `#${id}` }))
      onClose()
      void navigate(`/jobs/${id}`)
    } catch (thrown) {
      setError(thrown as ApiError)
      setRunning(false)
    }
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={<Text fw={650}>{t('again.title', { of })}</Text>}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t(job.job_id === null ? 'again.ofJob' : 'again.ofCron')}
          </Text>
          <ParamsField
            label={t('params.title')}
            handlerName={job.handler_name}
            initial={job.params}
            onChange={setParams}
            errors={error?.byField ?? {}}
          />
          {error && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('common:cancel')}
            </Button>
            <Button type="submit" loading={isRunning} disabled={!params}>
              {t('again.submit')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
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
