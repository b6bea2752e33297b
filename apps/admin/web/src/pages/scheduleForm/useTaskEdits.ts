import { useState } from 'react'
import type { ScheduleBody, TaskDefinition, TaskKind } from '../../api/scheduleTypes.ts'
import {
  addTask,
  changeKind,
  changeTask,
  connect,
  copyTask,
  disconnect,
  removeTasks,
  renameTask,
} from './editTasks.ts'

export type SetSchedule = (next: ScheduleBody, topic?: string) => void

/** Everything that can be done to the tasks, by drawing as by form; which one is chosen; a cycle that was refused. */
export function useTaskEdits(schedule: ScheduleBody, set: SetSchedule) {
  const [selected, setSelected] = useState<string | null>(null)
  const [cycle, setCycle] = useState<string[] | null>(null)
  /** Which form is open: another one with each choice, the same while its task gets another key. */
  const [opened, setOpened] = useState(0)
  const select = (key: string | null) => {
    if (key !== selected) setOpened((before) => before + 1)
    setSelected(key)
    setCycle(null)
  }
  const change = (next: ScheduleBody, topic?: string) => {
    setCycle(null)
    set(next, topic)
  }
  return {
    selected,
    opened,
    cycle,
    select,
    add: (after?: string) => {
      const { schedule: next, key } = addTask(schedule, after)
      change(next)
      select(key)
    },
    copy: (key: string) => {
      const { schedule: next, key: copy } = copyTask(schedule, key)
      change(next)
      select(copy)
    },
    change: (key: string, fields: Partial<TaskDefinition>) =>
      change(changeTask(schedule, key, fields), `${key} ${Object.keys(fields).join()}`),
    rename: (from: string, to: string) => {
      change(renameTask(schedule, from, to))
      if (selected === from) setSelected(to)
    },
    remove: (keys: string[]) => {
      change(removeTasks(schedule, keys))
      if (selected !== null && keys.includes(selected)) setSelected(null)
    },
    connect: (parent: string, child: string) => {
      const done = connect(schedule, parent, child)
      if (done.cycle) setCycle(done.cycle)
      else change(done.schedule)
    },
    disconnect: (parent: string, child: string) => change(disconnect(schedule, parent, child)),
    changeKind: (key: string, kind: TaskKind) => change(changeKind(schedule, key, kind)),
  }
}

export type TaskEdits = ReturnType<typeof useTaskEdits>
