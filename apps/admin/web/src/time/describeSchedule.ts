import cronstrue from 'cronstrue'
import 'cronstrue/locales/ko'

interface Schedule {
  cron_expression: string
  day_match: 'or' | 'and'
}

/** A schedule in plain words without its zone; where there are none for it, the expression stands for itself. */
export function describeSchedule({ cron_expression, day_match }: Schedule, language: string): string {
  try {
    const known = cron_expression.startsWith('@') ? cron_expression.toLowerCase() : cron_expression
    const text = cronstrue.toString(known, {
      locale: language,
      use24HourTimeFormat: true,
      logicalAndDayFields: day_match === 'and',
    })
    // cronstrue joins the two day fields with "and" when either is enough, as the server corrects it too.
    return day_match === 'or' ? text.replace(', and on ', ', or on ') : text
  } catch {
    return cron_expression
  }
}
