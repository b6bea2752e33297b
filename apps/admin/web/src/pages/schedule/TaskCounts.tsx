import { VisuallyHidden } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { ScheduleRun } from '../../api/scheduleTypes.ts'
import { STATUSES, statusFill } from '../../components/status.ts'

/** How many tasks of a run have which state, as a bar and in words. */
export function TaskCounts({ run: { task_counts } }: { run: ScheduleRun }) {
  const { t } = useTranslation(['schedules', 'common'])
  const parts = STATUSES.flatMap((status) => {
    const count = task_counts?.[status] ?? 0
    return count > 0 ? [{ status, count }] : []
  })
  const total = parts.reduce((sum, { count }) => sum + count, 0)
  if (total === 0) return '–'
  const words = parts.map(({ status, count }) => `${t(`common:status.${status}`)} ${count}`).join(', ')
  const ended = total - (task_counts.PENDING ?? 0) - (task_counts.RUNNING ?? 0)
  return (
    <div style={{ display: 'flex', alignItems: 'center', gap: 8 }} title={words}>
      <svg width={96} height={8} viewBox="0 0 96 8" aria-hidden="true" preserveAspectRatio="none">
        {parts.map(({ status, count }, index) => {
          const before = parts.slice(0, index).reduce((sum, part) => sum + part.count, 0)
          return (
            <rect
              key={status}
              x={(before / total) * 96}
              width={Math.max(1, (count / total) * 96 - 1)}
              height={8}
              rx={1}
              fill={statusFill(status)}
            />
          )
        })}
      </svg>
      <span className="tabular" aria-hidden="true">
        {ended}/{total}
      </span>
      <VisuallyHidden>{words}</VisuallyHidden>
    </div>
  )
}
