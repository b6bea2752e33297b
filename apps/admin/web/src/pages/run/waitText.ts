import type { TFunction } from 'i18next'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { reasonMeaning } from '../../components/ReasonText.tsx'
import { isActive } from './runParts.ts'

/** Keys that a sentence names before it counts. */
const NAMED = 4

/** Why a task is as it is, in a sentence; undefined where its status says all. */
export function whyText(run: RunDetail, task: RunTask, t: TFunction<'run'>): string | undefined {
  if (run.status === 'PENDING') return t('why.runPending')
  if (task.waiting_for === 'upstream') {
    const parents = run.tasks.filter((one) => task.depends_on.includes(one.key) && isActive(one))
    return t('why.upstream', {
      keys: named(
        parents.map(({ key }) => key),
        t,
      ),
    })
  }
  if (task.waiting_for) return t(`why.${task.waiting_for}`)
  if (task.status === 'RUNNING' && task.items)
    return t('why.items', { done: task.items.total - task.items.left, total: task.items.total })
  if (task.status === 'RUNNING' && task.kind === 'schedule') return t('why.subrun')
  return task.reason ? (reasonMeaning(task.reason) ?? undefined) : undefined
}

function named(keys: string[], t: TFunction<'run'>): string {
  const shown = keys.slice(0, NAMED).join(', ')
  return keys.length > NAMED ? t('why.andMore', { keys: shown, count: keys.length - NAMED }) : shown
}

/** Beside the status, in a word or two: how far it is, how long it took, whom it waits for. */
export function noteOf(
  task: RunTask,
  t: TFunction<'run'>,
  duration: (ms: number) => string,
): string | undefined {
  const { items, status, waiting_for, progress_percentage, duration_ms, attempts } = task
  if (items && items.total > 0)
    return items.failed > 0
      ? t('note.itemsFailed', { done: items.total - items.left, total: items.total, failed: items.failed })
      : `${items.total - items.left}/${items.total}`
  if (waiting_for === 'approval' || waiting_for === 'event' || waiting_for === 'worker')
    return t(`note.${waiting_for}`)
  if (status === 'RUNNING' && progress_percentage !== null) return `${progress_percentage}%`
  const took = duration_ms === null ? undefined : duration(duration_ms)
  return attempts > 1 ? [took, t('note.attempts', { count: attempts })].filter(Boolean).join(' · ') : took
}
