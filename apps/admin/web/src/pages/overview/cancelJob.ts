import i18next from 'i18next'
import { fetchClient, queryClient } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'

/** Asks, and tells a running execution to stop. */
export function cancelJob(id: number, name: string): void {
  const t = i18next.getFixedT(i18next.language, 'overview')
  confirm({
    title: t('running.cancelTitle', { id }),
    message: t('running.cancelMessage', { name }),
    action: t('running.cancelSubmit'),
    onConfirm: async () => {
      await fetchClient.POST('/jobs/{id}/cancel', { params: { path: { id } } })
      void queryClient.invalidateQueries({ queryKey: ['get', '/jobs'] })
      notifyDone(t('running.cancelDone', { name }))
    },
  })
}
