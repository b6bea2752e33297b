import type { CronSpec } from './cronSpec.ts'
import { nextRun } from './nextRun.ts'
import type { NextRunMemo } from './nextRunMemo.ts'

/** The time in which a cron may fire: from `startAt` inclusive to `endAt` exclusive; null is open. */
export interface CronWindow {
  startAt: Date | null
  endAt: Date | null
}

/**
 * The first instant strictly after `after` that lies in the window; null when there is none. A slot exactly at
 * `startAt` belongs to the window, so the search begins just before it.
 *
 * @param memo  for many crons at once: those that share an expression share its computation
 */
export function firstRun(
  spec: CronSpec,
  after: Date,
  { startAt, endAt }: CronWindow,
  memo?: NextRunMemo,
): Date | null {
  const from = startAt && startAt.getTime() - 1 > after.getTime() ? new Date(startAt.getTime() - 1) : after
  const run = memo ? memo.nextRun(spec, from) : nextRun(spec, from)
  return run && (!endAt || run < endAt) ? run : null
}
