import i18next from 'i18next'
import { fetchClient, type Schemas } from '../../api/client.ts'
import { confirm } from '../../components/confirm.tsx'
import { readSchedulesAnew } from '../../components/scheduleActions/readSchedulesAnew.ts'

/** Counts a month anew. @param month  in words. @param onDone  given what differed */
export function confirmRebuild(
  query: { year: number; month: number; timezone: string },
  month: string,
  onDone: (answer: Schemas['StatisticsRebuilt']) => void,
): void {
  const t = i18next.getFixedT(null, 'scheduleCalendar')
  confirm({
    title: t('rebuild.title', { month }),
    message: t('rebuild.message'),
    action: t('rebuild.action'),
    color: 'indigo',
    onConfirm: async () => {
      const { data } = await fetchClient.DELETE('/schedules/statistics/monthly/cache', { params: { query } })
      onDone(data as Schemas['StatisticsRebuilt'])
      await readSchedulesAnew()
    },
  })
}
