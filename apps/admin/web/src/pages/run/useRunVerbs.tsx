import { Code, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { fetchClient } from '../../api/client.ts'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { useMay } from '../../api/session.tsx'
import { confirm } from '../../components/confirm.tsx'
import { notifyDone } from '../../components/notify.tsx'
import { readSchedulesAnew } from '../../components/scheduleActions/readSchedulesAnew.ts'
import { failedOf, haveEnded, isActive, withFollowers } from './runParts.ts'

/** Keys that a confirmation names before it counts. */
const NAMED = 8

type Rerun = { from: 'failed' | 'all' } | { task: string }

/** What can be done to a run and its tasks by whom has signed in, each asked for first; null where it cannot be. */
export function useRunVerbs(run: RunDetail) {
  const { t } = useTranslation(['run', 'common'])
  const mayOperate = useMay('operator')
  const path = { id: run.schedule_id, run_id: run.id }
  const done = (text: string) => {
    notifyDone(text)
    return readSchedulesAnew()
  }
  const rerun = (body: Rerun, keys: ReadonlySet<string>, title: string) => {
    const stay = run.tasks.filter(({ key, status }) => !keys.has(key) && status === 'SUCCESS').length
    confirm({
      title,
      message: (
        <>
          {t('rerun.again', { count: keys.size })} <Keys keys={[...keys]} />
          {stay > 0 && (
            <Text size="sm" mt="xs">
              {t('rerun.stay', { count: stay })}
            </Text>
          )}
        </>
      ),
      action: t('rerun.action', { count: keys.size }),
      color: 'indigo',
      onConfirm: async () => {
        await fetchClient.POST('/schedules/{id}/runs/{run_id}/rerun', { params: { path }, body })
        await done(t('rerun.done', { count: keys.size }))
      },
    })
  }
  const failed = withFollowers(
    run,
    failedOf(run).map(({ key }) => key),
  )
  const all = new Set(run.tasks.map(({ key }) => key))
  const canRerun = (keys: ReadonlySet<string>) =>
    mayOperate &&
    run.status !== 'PENDING' &&
    run.trigger !== 'external' &&
    keys.size > 0 &&
    haveEnded(run, keys)
  const cancel = () =>
    confirm({
      title: t('cancel.title', { id: run.id }),
      message: t('cancel.message', {
        waiting: run.task_counts.PENDING,
        running: run.task_counts.RUNNING,
      }),
      action: t('cancel.action'),
      onConfirm: async () => {
        await fetchClient.POST('/schedules/{id}/runs/{run_id}/cancel', { params: { path } })
        await done(t('cancel.done', { id: run.id }))
      },
    })
  return {
    rerunFailed: canRerun(failed) ? () => rerun({ from: 'failed' }, failed, t('rerun.failedTitle')) : null,
    rerunAll: !isActive(run) && canRerun(all) ? () => rerun({ from: 'all' }, all, t('rerun.allTitle')) : null,
    cancel: mayOperate && isActive(run) ? cancel : null,
    ofTask: (task: RunTask) => taskVerbs(task),
  }

  function taskVerbs(task: RunTask) {
    const { key } = task
    const followers = withFollowers(run, [key])
    const after = followers.size - 1
    const mark = (status: 'SUCCESS' | 'FAILED' | 'SKIPPED') => () =>
      confirm({
        title: t(`mark.${status}.title`, { key }),
        message: (
          <>
            {t(`mark.${status}.message`)} {task.status === 'RUNNING' && t('mark.stops')}
            <Text size="sm" mt="xs">
              {after > 0 ? t('mark.after', { count: after }) : t('mark.last')}
            </Text>
          </>
        ),
        action: t(`mark.${status}.action`),
        color: status === 'FAILED' ? 'red' : 'indigo',
        onConfirm: async () => {
          const params = { path: { ...path, key } }
          if (status === 'SKIPPED')
            await fetchClient.POST('/schedules/{id}/runs/{run_id}/tasks/{key}/skip', { params, body: {} })
          else
            await fetchClient.POST('/schedules/{id}/runs/{run_id}/tasks/{key}/mark', {
              params,
              body: { status },
            })
          await done(t(`mark.${status}.done`, { key }))
        },
      })
    const canMark = mayOperate && run.status !== 'PENDING' && run.trigger !== 'external'
    return {
      rerun:
        canRerun(followers) && task.waiting_for !== 'upstream'
          ? () => rerun({ task: key }, followers, t('rerun.fromTitle', { key }))
          : null,
      skip: canMark && isActive(task) ? mark('SKIPPED') : null,
      succeed: canMark && task.status !== 'SUCCESS' ? mark('SUCCESS') : null,
      fail: canMark && task.status !== 'FAILED' ? mark('FAILED') : null,
    }
  }
}

function Keys({ keys }: { keys: string[] }) {
  const { t } = useTranslation('run')
  return (
    <>
      {keys.slice(0, NAMED).map((key) => (
        <Code key={key} mr={4}>
          {key}
        </Code>
      ))}
      {keys.length > NAMED && t('rerun.more', { count: keys.length - NAMED })}
    </>
  )
}
