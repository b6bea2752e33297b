import type { TaskReason, TriggerRule } from '@jobu/db'

/** What the shape and the rules of a DAG need of a task. */
export interface DagTask {
  key: string
  depends_on: readonly string[]
  trigger_rule: TriggerRule
}

/** How something that ran ended. */
export type Ending = 'SUCCESS' | 'FAILED' | 'TIMEOUT' | 'CANCELLED'

/** What becomes of a task when its turn comes: it ends, its condition does not hold, or each item of its list ends. */
export type Outcome = Ending | { condition: false } | { items: ReadonlyArray<Ending | 'SKIPPED'> }

export interface FinalTask {
  state: Ending | 'SKIPPED'
  reason: TaskReason | null
}

/**
 * What a run of tasks must come to, from the rules as they are written down and nothing else: every task is judged when
 * all before it are final, again and again until nothing changes. That `one_success` and `one_failed` begin earlier changes
 * when a task runs, and never how it ends, since what made it run stays true.
 *
 * @param outcomes  of each task that gets its turn; left out: SUCCESS
 */
export function interpretDag(
  tasks: readonly DagTask[],
  outcomes: Readonly<Record<string, Outcome>> = {},
): { tasks: Map<string, FinalTask>; run: 'SUCCESS' | 'FAILED' } {
  const finals = new Map<string, FinalTask>()
  for (let changes = true; changes; ) {
    changes = false
    for (const task of tasks) {
      if (finals.has(task.key) || !task.depends_on.every((key) => finals.has(key))) continue
      const before = task.depends_on.map((key) => finals.get(key)!)
      const reason = reasonNotToRun(task.trigger_rule, before)
      finals.set(task.key, reason ? { state: 'SKIPPED', reason } : ran(outcomes[task.key] ?? 'SUCCESS'))
      changes = true
    }
  }
  if (finals.size < tasks.length) throw new Error('the tasks are no DAG')
  const states = [...finals.values()].map(({ state }) => state)
  return {
    tasks: finals,
    run: states.some((state) => state !== 'SUCCESS' && state !== 'SKIPPED') ? 'FAILED' : 'SUCCESS',
  }
}

function reasonNotToRun(rule: TriggerRule, before: FinalTask[]): TaskReason | null {
  if (before.length === 0) return null
  const someFailed = before.some(countsAsFailed)
  switch (rule) {
    case 'all_done':
      return null
    case 'one_failed':
      return someFailed ? null : 'NOTHING_FAILED'
    case 'one_success':
      if (before.some(({ state }) => state === 'SUCCESS')) return null
      break
    case 'none_failed':
      if (!someFailed) return null
      break
    case 'all_success':
      if (before.every(({ state }) => state === 'SUCCESS')) return null
  }
  return someFailed ? 'UPSTREAM_FAILED' : 'UPSTREAM_SKIPPED'
}

/** A task that was not run because of a failure hands the failure on; one that was skipped otherwise does not. */
function countsAsFailed({ state, reason }: FinalTask): boolean {
  return state === 'SKIPPED' ? reason === 'UPSTREAM_FAILED' : state !== 'SUCCESS'
}

function ran(outcome: Outcome): FinalTask {
  if (typeof outcome === 'string') return { state: outcome, reason: null }
  if ('condition' in outcome) return { state: 'SKIPPED', reason: 'CONDITION' }
  const isGood = outcome.items.every((ending) => ending === 'SUCCESS' || ending === 'SKIPPED')
  return isGood ? { state: 'SUCCESS', reason: null } : { state: 'FAILED', reason: 'ITEM_FAILED' }
}
