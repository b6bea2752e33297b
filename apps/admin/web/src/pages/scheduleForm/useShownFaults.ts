import { useEffect, useState } from 'react'
import type { ScheduleBody } from '../../api/scheduleTypes.ts'
import { type PlacedFault, stepsOf } from './faults.ts'

interface Options {
  validation: { faults: PlacedFault[] }
  now: ScheduleBody
  initial: ScheduleBody
  selected: string | null
}

/**
 * Of what is wrong, what is shown: nothing of fields that nobody has touched, nor that a task which has just been added
 * lacks something, until it was left or somebody wants to save.
 */
export function useShownFaults({ validation: { faults }, now, initial, selected }: Options) {
  const [isAll, setIsAll] = useState(false)
  const [left, setLeft] = useState<ReadonlySet<string>>(() => new Set(initial.tasks.map(({ key }) => key)))
  useEffect(() => {
    if (selected !== null) return () => setLeft((before) => new Set([...before, selected]))
  }, [selected])
  const wasTouched = (path: string) => {
    const field = stepsOf(path)[0] as keyof ScheduleBody
    return JSON.stringify(now[field]) !== JSON.stringify(initial[field])
  }
  const isShown = ({ task, path, received }: PlacedFault) =>
    isAll ||
    (task === undefined ? wasTouched(path) : left.has(task) || (received !== undefined && received !== null))
  return { faults: faults.filter(isShown), showAll: () => setIsAll(true) }
}
