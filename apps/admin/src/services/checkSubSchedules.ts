import { type ErrorDetail, type SubSchedule, subSchedulesOf, type Tx } from '@jobu/db'
import type { TaskDefinition } from '@jobu/workflow'

/**
 * A schedule that is a task must be there, and must not come back to the schedule it is a task of.
 *
 * @param own  the schedule's id, where it has one already
 */
export async function checkSubSchedules(
  tx: Tx,
  tasks: readonly TaskDefinition[],
  own: number | undefined,
): Promise<ErrorDetail[]> {
  const wanted = [...new Set(tasks.flatMap(({ schedule_id: id }) => id ?? []))]
  if (wanted.length === 0) return []
  const known = await subSchedulesOf(tx, wanted)
  return tasks.flatMap(({ schedule_id: id }, index): ErrorDetail[] => {
    if (id === undefined) return []
    const field = `tasks[${index}].schedule_id`
    const found = known.get(id)
    if (!found || found.isDeleted) return [{ field, message: 'is not a known schedule', received: id }]
    const circle = own === undefined ? null : pathBetween(known, id, own)
    if (!circle) return []
    const names = circle.map((one) => `${one} "${known.get(one)?.title ?? ''}"`)
    const message =
      id === own ? 'is this schedule itself' : `leads back to this schedule: ${[own, ...names].join(' -> ')}`
    return [{ field, message, received: id }]
  })
}

/** The shortest way from one schedule through those it runs to another; null without one. */
function pathBetween(known: ReadonlyMap<number, SubSchedule>, from: number, to: number): number[] | null {
  const before = new Map<number, number | null>([[from, null]])
  for (const id of before.keys()) {
    if (id === to) {
      const path = [id]
      for (let step = before.get(id); step != null; step = before.get(step)) path.unshift(step)
      return path
    }
    for (const child of known.get(id)?.children ?? []) if (!before.has(child)) before.set(child, id)
  }
  return null
}
