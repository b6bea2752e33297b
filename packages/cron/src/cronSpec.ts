/** What decides the instants of a cron. Build one with `validateCron`; the fields are stored as the user gave them. */
export interface CronSpec {
  /** Five fields, six with seconds first, or a nickname such as `@daily`. */
  expression: string
  /** IANA name, such as `Asia/Seoul`. */
  timezone: string
  /** When day of month and day of week are both set: either may match (`or`), or both must (`and`). */
  dayMatch: 'or' | 'and'
}
