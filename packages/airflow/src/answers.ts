import { z } from 'zod'

const text = z.string().nullish()
const instant = z
  .string()
  .nullish()
  .transform((value, context) => {
    const at = value ? new Date(value) : null
    if (at !== null && Number.isNaN(at.getTime()))
      context.addIssue({ code: 'custom', message: 'expected a time' })
    return at
  })

/** What is read of Airflow's answers, of both versions; all else in them is passed over. */
export const dagAnswer = z
  .object({
    dag_id: z.string(),
    is_paused: z.boolean().nullish(),
    has_import_errors: z.boolean().nullish(),
    tags: z.array(z.object({ name: z.string() })).nullish(),
    /** Version 2. */
    next_dagrun_create_after: instant,
    /** Version 3. */
    next_dagrun_run_after: instant,
  })
  .transform((dag) => ({
    dagId: dag.dag_id,
    isPaused: dag.is_paused ?? false,
    hasImportErrors: dag.has_import_errors ?? false,
    tags: (dag.tags ?? []).map(({ name }) => name),
    nextRunAt: dag.next_dagrun_run_after ?? dag.next_dagrun_create_after,
  }))
export type AirflowDag = z.output<typeof dagAnswer>

export const DAG_RUN_STATES = ['queued', 'running', 'success', 'failed'] as const
export const runAnswer = z
  .object({
    dag_run_id: z.string(),
    state: z.enum(DAG_RUN_STATES),
    logical_date: instant,
    run_after: instant,
    start_date: instant,
    end_date: instant,
    conf: z.record(z.string(), z.unknown()).nullish(),
  })
  .transform((run) => ({
    runId: run.dag_run_id,
    state: run.state,
    // A run of version 3 need not have a logical date.
    scheduledTime: run.logical_date ?? run.run_after ?? run.start_date,
    startedAt: run.start_date,
    finishedAt: run.end_date,
    conf: run.conf ?? {},
  }))
export type AirflowRun = z.output<typeof runAnswer>
export const runsAnswer = z.object({ dag_runs: z.array(runAnswer), total_entries: z.int() })

export const taskAnswer = z
  .object({
    task_id: z.string(),
    map_index: z.int().nullish(),
    state: text,
    try_number: z.int().nullish(),
    start_date: instant,
    end_date: instant,
    duration: z.number().nullish(),
    operator: text,
    hostname: text,
  })
  .transform((task) => ({
    key: task.task_id,
    mapIndex: task.map_index ?? -1,
    /** Null: Airflow has not come to it yet; version 2 may also call that `none`. */
    state: task.state === 'none' ? null : (task.state ?? null),
    attempts: task.try_number ?? 0,
    startedAt: task.start_date,
    finishedAt: task.end_date,
    durationMs: task.duration == null ? null : Math.round(task.duration * 1000),
    operator: task.operator ?? null,
    hostname: task.hostname || null,
  }))
export type AirflowTask = z.output<typeof taskAnswer>
export const tasksAnswer = z.object({ task_instances: z.array(taskAnswer), total_entries: z.int() })

export const importErrorsAnswer = z.object({
  import_errors: z.array(z.object({ filename: z.string(), stack_trace: z.string() })),
  total_entries: z.int(),
})
export const versionAnswer = z.object({ version: z.string() })
export const tokenAnswer = z.object({ access_token: z.string().min(1) })
export const logAnswer = z.object({
  content: z.array(z.union([z.string(), z.looseObject({ event: z.string(), timestamp: text, level: text })])),
  continuation_token: text,
})
