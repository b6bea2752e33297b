import { Button, Collapse, Group } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api, type Schemas } from '../../api/client.ts'
import { ErrorNotice } from '../../components/ErrorNotice.tsx'
import { FormModal } from '../../components/FormModal.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { type Params, ParamsField } from '../job/ParamsField.tsx'
import { readJobsAnew } from '../job/readJobsAnew.ts'
import { HandlerSelect } from './HandlerSelect.tsx'
import { NewJobSettings } from './NewJobSettings.tsx'
import { StartFields } from './StartFields.tsx'

export interface NewJob {
  handler_name: string | null
  params: Params | undefined
  start: 'now' | 'delay' | 'at'
  delaySeconds: number | string
  at: string | null
  priority: number | string
  queue: string
  max_retry: number | string
  retry_delay_seconds: number | string
  retry_backoff: 'fixed' | 'exponential'
  timeout_seconds: number | string
}

const EMPTY: NewJob = {
  handler_name: null,
  params: {},
  start: 'now',
  delaySeconds: 60,
  at: null,
  priority: 0,
  queue: '',
  max_retry: 0,
  retry_delay_seconds: 10,
  retry_backoff: 'exponential',
  timeout_seconds: '',
}

/** Enqueues one job, for now or later, and goes to it. */
export default function NewJobDialog({
  handlerName,
  onClose,
}: {
  /** Chosen already. */
  handlerName: string | null
  onClose: () => void
}) {
  const { t } = useTranslation(['jobs', 'common'])
  const navigate = useNavigate()
  const [areSettingsOpen, { toggle }] = useDisclosure(false)
  const form = useForm<NewJob>({
    initialValues: { ...EMPTY, handler_name: handlerName },
    validate: {
      handler_name: (name) => (name ? null : t('new.handlerNeeded')),
      at: (at, { start }) => (start === 'at' && !at ? t('new.atNeeded') : null),
    },
  })
  const create = api.useMutation('post', '/jobs', {
    onSuccess: ({ id }) => {
      readJobsAnew()
      notifyDone(t('new.done', { name: `#${id}` }))
      onClose()
      void navigate(`/jobs/${id}`)
    },
    onError: (error) => form.setErrors(error.byField),
  })
  const { values } = form
  const submit = (job: NewJob) =>
    job.params && create.mutate({ body: bodyOf({ ...job, params: job.params }) })
  const unplaced = create.error?.details.every(
    ({ field }) => field && (field in EMPTY || field.startsWith('params.')),
  )
    ? null
    : create.error
  return (
    <FormModal title={t('new.title')} onClose={onClose} size="lg" onSubmit={form.onSubmit(submit)}>
      <HandlerSelect {...form.getInputProps('handler_name')} />
      <ParamsField
        label={t('new.params')}
        handlerName={values.handler_name}
        initial={EMPTY.params!}
        onChange={(params) => form.setFieldValue('params', params)}
        error={create.error}
      />
      <StartFields form={form} />
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={toggle}
        aria-expanded={areSettingsOpen}
        rightSection={<IconChevronDown size={14} aria-hidden />}
        style={{ alignSelf: 'flex-start' }}
      >
        {t('new.settings')}
      </Button>
      <Collapse expanded={areSettingsOpen}>
        <NewJobSettings form={form} />
      </Collapse>
      {unplaced && <ErrorNotice error={unplaced} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('common:cancel')}
        </Button>
        <Button type="submit" loading={create.isPending} disabled={!values.params}>
          {t('new.submit')}
        </Button>
      </Group>
    </FormModal>
  )
}

const given = <Value,>(value: Value | '') => (value === '' ? undefined : value)

function bodyOf(job: NewJob & { params: Params }): Schemas['JobCreate'] {
  const scheduledTime =
    job.start === 'now'
      ? null
      : job.start === 'at'
        ? job.at
        : new Date(Date.now() + Number(job.delaySeconds) * 1_000).toISOString()
  const settings = {
    priority: given(job.priority),
    queue: given(job.queue.trim()),
    max_retry: given(job.max_retry),
    retry_delay_seconds: given(job.retry_delay_seconds),
    retry_backoff: job.retry_backoff,
    timeout_seconds: given(job.timeout_seconds),
  }
  return {
    handler_name: job.handler_name!,
    params: job.params,
    scheduled_time: scheduledTime,
    ...(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<
      Schemas['JobCreate']
    >),
  }
}
