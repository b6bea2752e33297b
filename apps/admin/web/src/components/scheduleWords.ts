import type { Schemas } from '../api/client.ts'

/** A cron's schedule in words, without the zone that stands beside it. */
export function scheduleWords({
  schedule_in_words,
  timezone,
}: Pick<Schemas['Cron'], 'schedule_in_words' | 'timezone'>): string {
  return schedule_in_words.replace(` (${timezone})`, '')
}
