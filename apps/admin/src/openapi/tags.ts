/** What each group of operations is for, in the order in which the pages show them. */
export const TAGS: Record<string, string> = {
  crons: 'Cron jobs: an expression in a time zone, the handler it runs, its params and policies.',
  jobs: 'Executions: one request each to run a handler once, from a cron, a person or an event.',
  schedules: 'Workflows: tasks that depend on each other, when they run, their runs and a calendar of these.',
  artifacts: 'Files that executions left.',
  scheduler: 'Starting and stopping everything, and holding the queue for a maintenance window.',
  queues: 'The names that executions carry and workers choose by, and what is in them.',
  stats:
    'Throughput, lateness and durations, from the hourly roll-up and samples by the minute; and what is to come.',
  events: 'What changes, as it changes.',
  handlers: 'The code that can be run, as the workers publish it.',
  workers: 'The processes that run handlers.',
  auth: 'Signing in and out, and who one is.',
  users: 'People who may sign in, and their roles.',
  tokens: 'Bearer tokens for programs.',
  audit: 'Who changed what, and how it was before.',
  service: 'The service itself: its health, its metrics and this document.',
}
