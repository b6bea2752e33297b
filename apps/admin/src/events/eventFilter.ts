import type { EventsQuery } from '../schemas/event.ts'
import type { FeedEvent } from './feedEvent.ts'

/** Whether a client asked for an event: its topic, and every filter given. An event without a filter's field fails it. */
export function eventFilter(query: EventsQuery): (event: FeedEvent) => boolean {
  const topics = new Set<string>(query.topics)
  const isAmong = (values: unknown[] | undefined) => {
    const set = values && new Set(values)
    return (value: unknown) => set === undefined || set.has(value)
  }
  const isStatus = isAmong(query.status)
  const isJob = isAmong(query.job_id)
  const isCron = isAmong(query.cron_id)
  const isSchedule = isAmong(query.schedule_id)
  const isHandler = isAmong(query.handler_name === undefined ? undefined : [query.handler_name])

  return ({ topic, name, data }) => {
    if (!topics.has(topic)) return false
    // It does not say of which it is, so it may be of these.
    if (name === 'more' && topic === 'executions') {
      return isSchedule(undefined) && Object.keys(data.counts as object).some(isStatus)
    }
    if (name === 'more') return isStatus(undefined) && isJob(undefined) && isSchedule(undefined)
    const isExecution = topic === 'executions' || topic === 'logs'
    return (
      isStatus(data.status) &&
      isJob(isExecution ? data.id : undefined) &&
      isCron(isExecution ? data.job_id : topic === 'crons' ? data.id : undefined) &&
      isSchedule(topic === 'runs' ? data.schedule_id : topic === 'schedules' ? data.id : undefined) &&
      isHandler(data.handler_name)
    )
  }
}
