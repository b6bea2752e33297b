import {
  awaitTasks,
  createRun,
  type Database,
  type DueTask,
  endTasks,
  expandTask,
  isConnectionFailure,
  linkSubrun,
  lockDueTasks,
  queueTasks,
  readTaskResults,
  scheduleToRun,
  sqlState,
  type TaskEnd,
  type TaskOutcome,
  type Tx,
  tellAdvance,
} from '@jobu/db'
import type { Logger } from '@jobu/runtime'
import { type Decision, decideTask, namedBy } from './decideTask.ts'

export interface DecidedTasks {
  /** Looked at: decided, or past their deadline. */
  tasks: number
  /** Of these, those that ended as FAILED. */
  failed: number
}

export const DECISION_BATCH = 50
/** The results that the expressions of a task name, together, as JSON text. */
const MAX_RESULT_BYTES = 8_388_608
/** A batch with so much to write ends early, in characters of JSON text. */
const MAX_WRITTEN_LENGTH = 16_777_216
/** A run may be a task of a run that is a task of a run, and so on. */
const MAX_DEPTH = 10

/** SQLSTATEs that say that a value cannot be stored: data, constraints, limits. Any other is the server's trouble. */
const UNSTORABLE = /^(22|23|54)/

type Decided = DueTask & { decision: Decision }

/**
 * Decides tasks that are DECIDING, and ends those whose deadline has passed, a batch a transaction: take them with their
 * runs, read what their expressions name, evaluate, write what follows. A dispatcher killed anywhere in between has done
 * nothing.
 */
export async function decideDueTasks(db: Database, logger: Logger): Promise<DecidedTasks> {
  let taken: number[] = []
  const decide = (ids?: number[]) =>
    db.transactional({ label: 'decide tasks' }, async (tx) => {
      if (!ids) taken = []
      const due = await lockDueTasks(tx, DECISION_BATCH, ids)
      if (!ids) taken = due.map((task) => task.id)
      const decided = await decisionsFor(tx, due)
      return write(tx, decided)
    })
  try {
    return await decide()
  } catch (error) {
    if (taken.length === 0 || !isOfTask(error)) throw error
  }
  // What one of them decided cannot be written; the others must not wait for it.
  const done: DecidedTasks = { tasks: 0, failed: 0 }
  for (const id of taken) {
    const { tasks, failed } = await decide([id]).catch((error) => {
      if (!isOfTask(error)) throw error
      logger.error('decision failed', { taskRunId: id, error })
      return failTask(db, id, error)
    })
    done.tasks += tasks
    done.failed += failed
  }
  return done
}

/** Trying again later would end the same way. */
function isOfTask(error: unknown): boolean {
  const state = sqlState(error)
  return state === undefined ? !isConnectionFailure(error) : UNSTORABLE.test(state)
}

async function decisionsFor(tx: Tx, due: DueTask[]): Promise<Decided[]> {
  const decided: Decided[] = []
  const open: Array<{ task: DueTask; names: string[] }> = []
  for (const task of due) {
    const end = endOf(task)
    if (end) {
      decided.push({ ...task, decision: end })
      continue
    }
    try {
      open.push({ task, names: namedBy(task) })
    } catch {
      // Deciding says what is wrong.
      open.push({ task, names: [] })
    }
  }
  const named = new Map<string, { runId: number; versionId: number; key: string }>()
  for (const { task, names } of open) {
    for (const key of names)
      named.set(`${task.runId} ${key}`, { runId: task.runId, versionId: task.versionId, key })
  }
  const results = await readTaskResults(tx, [...named.values()], MAX_RESULT_BYTES)
  const outcomes = new Map([...named.keys()].map((name, index) => [name, results[index]]))

  let length = 0
  let hasNamed = false
  for (const { task, names } of open) {
    const known = new Map<string, TaskOutcome>()
    for (const key of names) {
      const outcome = outcomes.get(`${task.runId} ${key}`)
      if (outcome) known.set(key, outcome)
    }
    const isCut = [...known.values()].some(({ fault }) => fault === 'TOO_LARGE')
    // Those before it may have taken the room: it comes first in a later batch.
    if (length > MAX_WRITTEN_LENGTH || (isCut && hasNamed)) continue
    const decision = isCut ? tooLarge(names) : decideTask(task, known)
    hasNamed ||= names.length > 0
    length += lengthOf(decision)
    decided.push({ ...task, decision })
  }
  return decided
}

/** What ends without a decision. */
function endOf({ state, kind, spec, result, isCancelled }: DueTask): Decision | null {
  if (isCancelled) {
    return { kind: 'end', state: 'CANCELLED', reason: 'RUN_CANCELLED', message: 'The run was cancelled' }
  }
  if (state === 'DECIDING') return null
  const { approval, wait_for: event } = spec as Record<string, { deadline_seconds?: number } | undefined>
  const seconds = (approval ?? event)?.deadline_seconds
  const message =
    kind === 'approval'
      ? `Nobody approved it within ${seconds} s`
      : `The event "${(result as { event?: string } | null)?.event}" did not come within ${seconds} s`
  return { kind: 'end', state: 'FAILED', reason: 'DEADLINE', message }
}

function tooLarge(names: string[]): Decision {
  const message = `The results of ${names.join(', ')} are more than ${MAX_RESULT_BYTES} bytes together; leave what is large as an artifact`
  return { kind: 'end', state: 'FAILED', reason: 'EXPRESSION_ERROR', message }
}

function lengthOf(decision: Decision): number {
  if (decision.kind === 'queue') return decision.params.length
  return decision.kind === 'expand' ? decision.items.length + (decision.params?.length ?? 0) : 0
}

async function write(tx: Tx, decided: Decided[]): Promise<DecidedTasks> {
  const ends: TaskEnd[] = []
  const queued: Array<{ id: number; params: string }> = []
  const awaited: Parameters<typeof awaitTasks>[1] = []
  const queues: string[] = []
  for (const { id, runId, scheduledTime, decision } of decided) {
    if (decision.kind === 'end') ends.push({ id, ...decision })
    else if (decision.kind === 'queue') queued.push({ id, params: decision.params })
    else if (decision.kind === 'await') awaited.push({ id, ...decision })
    else if (decision.kind === 'expand') queues.push(...(await expandTask(tx, { id, ...decision })))
    else {
      const fault = await startSubrun(tx, { id, runId, scheduledTime, ...decision })
      if (fault) ends.push({ id, state: 'FAILED', reason: 'RUN_FAILED', message: fault })
    }
  }
  queues.push(...(await queueTasks(tx, queued)))
  await awaitTasks(tx, awaited)
  if (decided.length > 0) {
    const runs = new Map(decided.map((task) => [task.runId, task.scheduleId]))
    await tellAdvance(tx, {
      queues: [...new Set(queues)],
      is_decision_due: false,
      runs: [...runs].map(([id, schedule_id]) => ({ id, schedule_id, status: 'RUNNING' as const })),
    })
  }
  await endTasks(tx, ends)
  return { tasks: decided.length, failed: ends.filter(({ state }) => state === 'FAILED').length }
}

interface Subrun {
  id: number
  runId: number
  scheduleId: number
  scheduledTime: Date
  params: Record<string, unknown>
}

/** Makes the run that a task is; a pass starts it like any other. @returns why it cannot be made */
async function startSubrun(
  tx: Tx,
  { id, runId, scheduleId, scheduledTime, params }: Subrun,
): Promise<string | null> {
  const schedule = await scheduleToRun(tx, scheduleId, runId, MAX_DEPTH)
  if (!schedule || schedule.isDeleted) return `Schedule ${scheduleId} does not exist any more`
  const name = `Schedule ${scheduleId} ("${schedule.title}")`
  if (!schedule.isEnabled) return `${name} is disabled`
  if (schedule.depth >= MAX_DEPTH) return `${name} would be nested more than ${MAX_DEPTH} runs deep`
  if (schedule.within >= schedule.maxActiveRuns) {
    return `${name} runs at most ${schedule.maxActiveRuns} times at once, and this run is a part of as many of its runs: it would wait for ever`
  }
  const child = await createRun(tx, {
    scheduleId,
    trigger: 'schedule',
    scheduledTime,
    params,
    by: null,
    parentTaskRunId: id,
  })
  await linkSubrun(tx, id, child.id)
  return null
}

function failTask(db: Database, id: number, error: unknown): Promise<DecidedTasks> {
  return db.transactional({ label: 'fail task' }, async (tx) => {
    const due = await lockDueTasks(tx, 1, [id])
    const message = `It could not be decided: ${error instanceof Error ? error.message : String(error)}`
    await endTasks(
      tx,
      due.map((task) => ({ id: task.id, state: 'FAILED', reason: 'EXPRESSION_ERROR', message })),
    )
    return { tasks: due.length, failed: due.length }
  })
}
