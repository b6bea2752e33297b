import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { notifyDone, notifyError } from '../notify.tsx'
import { readCronsAnew } from './readCronsAnew.ts'

/** Enables a disabled cron and disables an enabled one: as it is shown, so that two who click at once do not undo each other. */
export function useToggle() {
  const { t } = useTranslation('cronActions')
  return useMutation({
    mutationFn: ({ id, is_enabled }: Schemas['Cron']) =>
      fetchClient.POST('/crons/{id}/toggle', {
        params: { path: { id } },
        body: { is_enabled: !is_enabled },
      }),
    onSuccess: (_, { name, is_enabled }) => {
      notifyDone(t(is_enabled ? 'disabled' : 'enabled', { name }))
      return readCronsAnew()
    },
    onError: notifyError,
  })
}
