import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { fetchClient } from '../../api/client.ts'
import type { Schedule } from '../../api/scheduleTypes.ts'
import { notifyDone, notifyError } from '../notify.tsx'
import { readSchedulesAnew } from './readSchedulesAnew.ts'

/** Pauses an active schedule and lets a paused one go on: as it is shown, so that two who click at once do not undo each other. */
export function useToggleSchedule() {
  const { t } = useTranslation('schedules')
  return useMutation({
    mutationFn: ({ id, is_enabled }: Schedule) =>
      fetchClient.PATCH('/schedules/{id}/toggle', {
        params: { path: { id } },
        body: { is_enabled: !is_enabled },
      }),
    onSuccess: (_, { title, is_enabled }) => {
      notifyDone(t(is_enabled ? 'act.paused' : 'act.resumed', { title }))
      return readSchedulesAnew()
    },
    onError: notifyError,
  })
}
