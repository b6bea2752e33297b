import { formatInstant } from '../../time/format.ts'

/** `23:14` as clocks of a zone show it. */
export const clockOf = (at: string | Date, zone: string) => formatInstant(at, zone, 'minute').slice(-5)
