import { type Database, type RecentRun, recentRunsOfCrons } from '@jobu/db'

/** The last runs of each cron, oldest first; a cron without any, or that nobody has, has an empty list. */
export async function recentRuns(database: Database, ids: number[], count: number) {
  const runs = new Map<number, ReturnType<typeof runView>[]>(ids.map((id) => [id, []]))
  for (const run of await recentRunsOfCrons(database, ids, count)) runs.get(run.jobId)!.push(runView(run))
  return { items: ids.map((id) => ({ cron_id: id, runs: runs.get(id)!.reverse() })) }
}

function runView({ id, scheduledTime, status, startedAt, finishedAt }: RecentRun) {
  return {
    job_id: id,
    scheduled_time: scheduledTime,
    status,
    duration_ms: startedAt && finishedAt ? finishedAt.getTime() - startedAt.getTime() : null,
    started_at: startedAt,
  }
}
