import type { RunDetail, RunTask } from '../../api/scheduleTypes.ts'
import { childrenOf, reachedFrom } from '../../components/dag/graph.ts'

const FAILED = ['FAILED', 'TIMEOUT', 'CANCELLED']
export const isActive = ({ status }: { status: string }) => status === 'PENDING' || status === 'RUNNING'

const nodesOf = (run: RunDetail) => run.tasks.map(({ key, depends_on }) => ({ key, dependsOn: depends_on }))

/** A task and all after it: what runs again with it. */
export function withFollowers(run: RunDetail, keys: string[]): Set<string> {
  const children = childrenOf(nodesOf(run))
  return new Set(keys.flatMap((key) => [key, ...reachedFrom(key, (one) => children.get(one) ?? [])]))
}

/** What failed, and what was skipped for it. */
export const failedOf = ({ tasks }: RunDetail): RunTask[] =>
  tasks.filter(
    ({ status, reason }) => FAILED.includes(status) || (status === 'SKIPPED' && reason === 'UPSTREAM_FAILED'),
  )

/** Whether all of these have ended: only then can they run again. */
export const haveEnded = ({ tasks }: RunDetail, keys: ReadonlySet<string>): boolean =>
  tasks.every((task) => !keys.has(task.key) || !isActive(task) || task.waiting_for === 'upstream')

/** The approvals that wait for a person now. */
export const decisionsOf = ({ tasks }: RunDetail): RunTask[] =>
  tasks.filter(({ waiting_for }) => waiting_for === 'approval')
