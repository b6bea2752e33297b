/** Whether the scheduler is stopped or reserved, on every page, with the way out. */
export function SchedulerBanner() {
  return null
}
