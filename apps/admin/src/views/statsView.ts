import { EXECUTION_STATUSES, type ExecutionStatus, type MeasuredValues, type StatSummary } from '@jobu/db'

export type StatusCounts = Record<ExecutionStatus, number>
export const NO_COUNTS: StatusCounts = {
  PENDING: 0,
  RUNNING: 0,
  SUCCESS: 0,
  FAILED: 0,
  TIMEOUT: 0,
  CANCELLED: 0,
  SKIPPED: 0,
}

export type MeasuredView = Record<'count', number> &
  Record<'avg_ms' | 'max_ms' | 'p50_ms' | 'p95_ms' | 'p99_ms', number | null>
export const NOTHING_MEASURED: MeasuredView = {
  count: 0,
  avg_ms: null,
  max_ms: null,
  p50_ms: null,
  p95_ms: null,
  p99_ms: null,
}

type Counts = Pick<StatSummary, 'success' | 'failed' | 'timeout' | 'cancelled' | 'skipped'>

export function countsView({ SUCCESS, FAILED, TIMEOUT, CANCELLED, SKIPPED }: StatusCounts) {
  return withTotal({
    success: SUCCESS,
    failed: FAILED,
    timeout: TIMEOUT,
    cancelled: CANCELLED,
    skipped: SKIPPED,
  })
}

export function sumOf(all: StatusCounts[]): StatusCounts {
  const sum = { ...NO_COUNTS }
  for (const counts of all) for (const status of EXECUTION_STATUSES) sum[status] += counts[status]
  return sum
}

/** Of what succeeded, failed or timed out; null where nothing did. */
export function successRate({ success, failed, timeout }: Counts): number | null {
  const ended = success + failed + timeout
  return ended === 0 ? null : success / ended
}

export function measuredView({ sumMs, maxMs, histogram }: MeasuredValues): MeasuredView {
  if (histogram.count === 0) return NOTHING_MEASURED
  // The middle of the highest bucket may lie above the greatest value.
  const percentile = (share: number) => Math.min(histogram.percentile(share)!, maxMs)
  return {
    count: histogram.count,
    avg_ms: Math.round(sumMs / histogram.count),
    max_ms: maxMs,
    p50_ms: percentile(0.5),
    p95_ms: percentile(0.95),
    p99_ms: percentile(0.99),
  }
}

export function summaryView({ lastFailureHour, duration, lateness, ...row }: StatSummary) {
  const { success, failed, timeout, cancelled, skipped } = row
  const counts = withTotal({ success, failed, timeout, cancelled, skipped })
  return {
    runs: counts.total - skipped,
    failures: failed + timeout,
    ...counts,
    success_rate: successRate(counts),
    duration: measuredView(duration),
    lateness: measuredView(lateness),
    last_failure_hour: lastFailureHour,
  }
}

function withTotal(counts: Counts) {
  const { success, failed, timeout, cancelled, skipped } = counts
  return { total: success + failed + timeout + cancelled + skipped, ...counts }
}
