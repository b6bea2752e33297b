import type { Query } from '@tanstack/react-query'

export const TOPICS = ['executions', 'crons', 'schedules', 'runs', 'scheduler', 'workers'] as const
export type Topic = (typeof TOPICS)[number]

/** What is read anew when something of a topic changes, by the beginning of the path, and at most how often. */
const READS: Record<Topic, Array<{ path: RegExp; everyMs: number }>> = {
  executions: [
    { path: /^\/jobs/, everyMs: 1_000 },
    { path: /^\/scheduler\/status|^\/queues/, everyMs: 2_000 },
    { path: /^\/crons(\/recent-runs|\/\{id\})?$|\/slots$/, everyMs: 5_000 },
    { path: /^\/stats\/(?!forecast)/, everyMs: 10_000 },
    { path: /^\/audit/, everyMs: 10_000 },
    { path: /^\/workers|^\/scheduler\/upcoming/, everyMs: 5_000 },
    { path: /^\/schedules\/\{id\}\/runs\/\{run_id\}/, everyMs: 1_000 },
    { path: /^\/schedules\/\{id\}\/grid/, everyMs: 3_000 },
  ],
  crons: [
    { path: /^\/crons/, everyMs: 1_000 },
    { path: /^\/scheduler\/upcoming/, everyMs: 5_000 },
    { path: /^\/stats\/forecast/, everyMs: 30_000 },
    { path: /^\/audit/, everyMs: 2_000 },
  ],
  schedules: [
    { path: /^\/schedules/, everyMs: 1_000 },
    { path: /^\/audit/, everyMs: 2_000 },
  ],
  runs: [
    { path: /^\/schedules\/statistics/, everyMs: 5_000 },
    { path: /^\/schedules\/\{id\}\/versions/, everyMs: 60_000 },
    { path: /^\/schedules\/\{id\}\/grid/, everyMs: 3_000 },
    { path: /^\/schedules/, everyMs: 1_000 },
    { path: /^\/audit/, everyMs: 10_000 },
  ],
  scheduler: [
    { path: /^\/(scheduler|jobs\/\{id\}\/why)/, everyMs: 500 },
    { path: /^\/audit/, everyMs: 2_000 },
  ],
  workers: [
    { path: /^\/(workers|dispatchers|handlers|queues)/, everyMs: 1_000 },
    { path: /^\/scheduler\/status/, everyMs: 1_000 },
  ],
}

/** In milliseconds, how often a query is read anew for a topic; null where its answer has nothing to do with it. */
export function readsAnewEvery(topic: Topic, { queryKey, meta }: Query): number | null {
  const path = String(queryKey[1] ?? '')
  const found = READS[topic].find((read) => read.path.test(path))
  // A query may ask for less: its answer is big.
  return found ? Math.max(found.everyMs, Number(meta?.everyMs ?? 0)) : null
}

/** Whether a query shows something of a topic. */
export const concerns = (topic: Topic, query: Query) => readsAnewEvery(topic, query) !== null
