import { Gauge, type Registry } from 'prom-client'

/** How full the queues are, as `readQueueFigures` of packages/db says it. */
export interface QueueFigures {
  queues: ReadonlyArray<{ queue: string; ready: number; oldestReadySeconds: number }>
  waiting: Readonly<Record<string, number>>
  running: number
  expiredLeases: number
  unfoldedDeltas: number
  workersAlive: number
  dispatchersAlive: number
  oldestDueCronSeconds: number
  isSchedulerRunning: boolean
  isReserved: boolean
}

/** How old shown figures may be, in milliseconds: many scrapers cost the database what one does. */
const MAX_AGE_MS = 5_000
/** Reading may take at most this share of the time: figures that are dear to read are read less often. */
const READ_SHARE = 0.02
/** How long a scrape waits for the database, in milliseconds. */
const TIMEOUT_MS = 3_000
/** Queues whose emptiness is still shown. */
const MAX_QUEUES_REMEMBERED = 200

type Values = Array<{ label: string; value: number }> | number

/**
 * Gauges of what the database holds, read when they are scraped. While they cannot be read they are missing from the
 * answer: an old figure would look like a queue that stands still.
 */
export function addQueueMetrics(registry: Registry, read: () => Promise<QueueFigures>): void {
  const figures = cached(read)
  // A queue that was drained shows 0, where without its series an alert would not end.
  const seen = new Set<string>()
  const perQueue = (found: QueueFigures, value: (queue: QueueFigures['queues'][number]) => number) => {
    const values = new Map([...seen].map((queue) => [queue, 0]))
    for (const one of found.queues) {
      if (seen.size < MAX_QUEUES_REMEMBERED) seen.add(one.queue)
      values.set(one.queue, value(one))
    }
    return Array.from(values, ([label, value]) => ({ label, value }))
  }
  const add = (name: string, help: string, label: string | null, valuesOf: (found: QueueFigures) => Values) =>
    new Gauge<string>({
      name,
      help,
      labelNames: label === null ? [] : [label],
      registers: [registry],
      async collect() {
        this.reset()
        const found = await figures()
        const values = found && valuesOf(found)
        if (typeof values === 'number') this.set(values)
        else if (values) for (const one of values) this.set({ [label!]: one.label }, one.value)
        // Reset leaves a zero where there is no label.
        else if (label === null) this.remove()
      },
    })

  add('jobu_queue_ready', 'Claimable executions of a queue; counted up to 10000', 'queue', (found) =>
    perQueue(found, (one) => one.ready),
  )
  add(
    'jobu_queue_oldest_ready_seconds',
    'For how long the execution of a queue that waits longest for a worker has been claimable',
    'queue',
    (found) => perQueue(found, (one) => one.oldestReadySeconds),
  )
  add(
    'jobu_executions_waiting',
    'Executions that are not claimable yet, by what they wait for; counted up to 10000',
    'for',
    ({ waiting }) => Object.entries(waiting).map(([label, value]) => ({ label, value })),
  )
  add('jobu_executions_running', 'Executions that workers hold; counted up to 10000', null, (f) => f.running)
  add(
    'jobu_expired_leases',
    'Executions whose worker stopped renewing its lease and which are not reaped yet',
    null,
    (found) => found.expiredLeases,
  )
  add(
    'jobu_statistics_unfolded_deltas',
    'Statistics written and not in the roll-up yet; counted up to 10000',
    null,
    (found) => found.unfoldedDeltas,
  )
  add('jobu_workers_alive', 'Workers with a heartbeat in the last minute', null, (f) => f.workersAlive)
  add('jobu_dispatchers_alive', 'Dispatchers with a heartbeat in the last minute', null, (found) => {
    return found.dispatchersAlive
  })
  add(
    'jobu_cron_oldest_due_seconds',
    'For how long the oldest due cron has not been dispatched; 0 where none is due',
    null,
    (found) => found.oldestDueCronSeconds,
  )
  add('jobu_scheduler_running', '1, or 0 while the scheduler is stopped', null, (found) =>
    Number(found.isSchedulerRunning),
  )
  add('jobu_scheduler_reserved', '1 while a reservation holds the queue', null, (f) => Number(f.isReserved))
}

/** The figures, shared by all that ask while they are fresh; undefined where they cannot be had in time. */
function cached(read: () => Promise<QueueFigures>): () => Promise<QueueFigures | undefined> {
  let known: QueueFigures | undefined
  let freshUntil = Number.NEGATIVE_INFINITY
  let reading: Promise<QueueFigures | undefined> | undefined

  const readAnew = async () => {
    const startedAt = performance.now()
    try {
      known = await read()
    } catch {
      // Counted and told by the database's own metrics.
      known = undefined
    }
    const now = performance.now()
    freshUntil = now + Math.max(MAX_AGE_MS, (now - startedAt) / READ_SHARE)
    return known
  }
  return async () => {
    if (performance.now() < freshUntil) return known
    reading ??= readAnew().finally(() => {
      reading = undefined
    })
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, TIMEOUT_MS, undefined)
    })
    return Promise.race([reading, late]).finally(() => clearTimeout(timer))
  }
}
