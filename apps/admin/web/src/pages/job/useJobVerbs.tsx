import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { useMay } from '../../api/session.tsx'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { readJobsAnew } from './readJobsAnew.ts'

type Job = Pick<Schemas['Job'], 'id' | 'status' | 'cron_name' | 'handler_name'>

const RETRYABLE = ['FAILED', 'TIMEOUT', 'CANCELLED']
const ACTIVE = ['PENDING', 'RUNNING']

/**
 * What can be done to an execution by whom has signed in, each asked for first; null where it cannot be.
 *
 * @param onDeleted  once it is gone
 */
export function useJobVerbs({ id, status, cron_name, handler_name }: Job, onDeleted = () => {}) {
  const { t } = useTranslation(['job', 'common'])
  const mayOperate = useMay('operator')
  const mayDelete = useMay('admin')
  const name = `#${id}`
  const of = cron_name ?? handler_name
  const path = { params: { path: { id } } }
  const done = (message: string) => {
    readJobsAnew()
    notifyDone(message)
  }
  const retry = () =>
    confirm({
      title: t('retry.title', { name }),
      message: t('retry.message', { of }),
      action: t('retry.action'),
      color: 'indigo',
      onConfirm: async () => {
        await fetchClient.POST('/jobs/{id}/retry', path)
        done(t('retry.done', { name }))
      },
    })
  const cancel = () =>
    confirm({
      title: t('cancel.title', { name }),
      message: t(status === 'RUNNING' ? 'cancel.running' : 'cancel.pending', { of }),
      action: t('cancel.action'),
      onConfirm: async () => {
        await fetchClient.POST('/jobs/{id}/cancel', path)
        done(t(status === 'RUNNING' ? 'cancel.asked' : 'cancel.done', { name }))
      },
    })
  const remove = () =>
    confirm({
      title: t('delete.title', { name }),
      message: (
        <>
          {t('delete.message', { of })}
          <Text size="sm" fw={600} mt="xs">
            {t('common:cannotBeUndone')}
          </Text>
        </>
      ),
      action: t('delete.action'),
      typed: String(id),
      onConfirm: async () => {
        await fetchClient.DELETE('/jobs/{id}', path)
        onDeleted()
        done(t('delete.done', { name }))
      },
    })
  return {
    retry: mayOperate && RETRYABLE.includes(status) ? retry : null,
    cancel: mayOperate && ACTIVE.includes(status) ? cancel : null,
    remove: mayDelete && status !== 'RUNNING' ? remove : null,
  }
}
