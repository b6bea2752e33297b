import type { Schemas } from '../api/client.ts'

export type Status = Schemas['Job']['status']

export const STATUSES = [
  'PENDING',
  'RUNNING',
  'SUCCESS',
  'FAILED',
  'TIMEOUT',
  'CANCELLED',
  'SKIPPED',
] as const satisfies Status[]

/** Of Mantine's palette; with it always goes a word or a shape, for who does not see the colour. */
export const STATUS_COLOR: Record<Status, string> = {
  PENDING: 'yellow',
  RUNNING: 'blue',
  SUCCESS: 'teal',
  FAILED: 'red',
  TIMEOUT: 'orange',
  CANCELLED: 'gray',
  SKIPPED: 'grape',
}

/** As a CSS colour, for what is drawn. */
export const statusFill = (status: Status) => `var(--mantine-color-${STATUS_COLOR[status]}-6)`
