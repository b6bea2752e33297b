import { addDays, weekdayOf } from '../../time/days.ts'

/** `2026-11`. */
export const monthOf = (day: string) => day.slice(0, 7)

export const isMonth = (text: string | undefined): text is string =>
  text !== undefined && /^(19|20|21)\d{2}-(0[1-9]|1[0-2])$/.test(text)

/** So many months later, or earlier. */
export function addMonths(month: string, count: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + count, 1)).toISOString().slice(0, 7)
}

/** The weeks of a month, each from Monday to Sunday, with the days of other months that they have. */
export function weeksOf(month: string): string[][] {
  const first = `${month}-01`
  const end = `${addMonths(month, 1)}-01`
  const weeks: string[][] = []
  for (let monday = addDays(first, -weekdayOf(first)); monday < end; monday = addDays(monday, 7))
    weeks.push([0, 1, 2, 3, 4, 5, 6].map((weekday) => addDays(monday, weekday)))
  return weeks
}

/** The number of a week as ISO 8601 has it: that of the year in which its Thursday lies. */
export function weekNumber(monday: string): number {
  const thursday = addDays(monday, 3)
  const yearStart = Date.UTC(Number(thursday.slice(0, 4)), 0, 1)
  return Math.floor((Date.parse(`${thursday}T00:00:00Z`) - yearStart) / (7 * 86_400_000)) + 1
}
