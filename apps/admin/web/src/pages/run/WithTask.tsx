import { Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { useNarrowerThan } from '../../components/useNarrowerThan.ts'
import classes from './Run.module.css'
import { TaskPanel } from './TaskPanel.tsx'

interface Props {
  run: RunDetail
  task: RunTask | undefined
  onClose: () => void
  children: ReactNode
}

/** A view of the tasks, and the chosen one beside it; over it where there is no room. */
export function WithTask({ run, task, onClose, children }: Props) {
  const { t } = useTranslation('run')
  const isNarrow = useNarrowerThan('lg')
  const panel = task && <TaskPanel key={task.key} run={run} task={task} onClose={onClose} />
  return (
    <div className={classes.split} data-open={(task && !isNarrow) || undefined}>
      {children}
      {isNarrow ? (
        <Drawer.Root opened={task !== undefined} onClose={onClose} position="right" size="min(560px, 100%)">
          <Drawer.Overlay />
          <Drawer.Content aria-label={task && t('taskOf', { key: task.key })}>
            <Drawer.Body p={0}>{panel}</Drawer.Body>
          </Drawer.Content>
        </Drawer.Root>
      ) : (
        panel
      )}
    </div>
  )
}
