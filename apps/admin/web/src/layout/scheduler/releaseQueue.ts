import i18next from 'i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { rereadStatus } from './rereadStatus.ts'

/** Asks, and ends a reservation, whoever made it. */
export function releaseQueue({ reserved_by, reason }: Schemas['Reservation']): void {
  const t = i18next.getFixedT(i18next.language, 'overview')
  confirm({
    title: t('release.title'),
    message: t('release.message', { by: reserved_by, reason }),
    action: t('release.submit'),
    color: 'indigo',
    onConfirm: async () => {
      await fetchClient.DELETE('/scheduler/reservation')
      void rereadStatus()
      notifyDone(t('release.done'))
    },
  })
}
