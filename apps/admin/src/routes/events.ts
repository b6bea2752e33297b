import { eventFilter } from '../events/eventFilter.ts'
import type { EventHub } from '../events/eventHub.ts'
import { type Endpoint, endpoint } from '../http/endpoint.ts'
import { eventsQuery } from '../schemas/event.ts'

const DESCRIPTION = `Server-sent events, from now on or from \`Last-Event-ID\` on. The data of each is one line of JSON; \`at\` is
when it was told, at most a tenth of a second after it happened.

| topic | event | data |
| --- | --- | --- |
| \`executions\` | \`execution\` | \`id, status, job_id\` (its cron) \`, handler_name, queue, attempt, progress_percentage?, current_step?, is_deleted?, at\` |
| \`crons\` | \`cron\` | \`id, action, name, handler_name, is_enabled, next_run_at, disabled_reason, at\`; \`action\` is created, updated, enabled, disabled, deleted, fired or completed |
| \`schedules\` | \`schedule\` | \`id, action, title, is_enabled, next_run_at, at\`; \`action\` is created, updated, enabled, disabled, deleted or dispatch |
| \`runs\` | \`run\` | \`id, schedule_id, status, at\`: a run of a schedule, each time it or one of its tasks moves on |
| \`scheduler\` | \`scheduler\` | \`scheduler_running, changed_at, changed_by, has_active_reservation, reserved_until, reserved_by, reservation_reason, at\` |
| \`workers\` | \`worker\`, \`dispatcher\` | \`id, status, hostname, at\`; \`status\` is ACTIVE, DRAINING, STOPPED or LOST |
| \`logs\` | \`log\` | \`id, job_id, handler_name, attempt, line, at\`: the execution's log reaches to this line; \`/jobs/{id}/logs\` has the lines |
| any | \`more\` | \`topic, counts, at\`: so many more changed, which are not told one by one: executions by status, crons as created, changed or deleted |
| | \`resync\` | \`reason\`: something may have been missed, so read anew what you show. unknown_event_id: the \`Last-Event-ID\` is too old; too_slow: more came than this client read; feed_interrupted: the server's connection to the database was lost |

A filter lets only events pass that have its field. A client that reads slowly gets the newest state of each execution
instead of every state. Events tell what to look at; what must not be missed is read from \`/jobs\`: an event may be lost
with the process that would have sent it, and events of two processes may swap places within a tenth of a second.

A comment line comes every 15 seconds, with the id of the place reached. Ids are the same in every admin process, so a
stream may go on at any of them.

    curl -N "$URL/api/v1/events?topics=executions" -H "Authorization: Bearer $TOKEN"
`

export function eventEndpoints(hub: EventHub): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/events',
      tag: 'events',
      role: 'viewer',
      summary: 'What changes, as it changes',
      description: DESCRIPTION,
      query: eventsQuery,
      errors: ['NOT_ACCEPTABLE', 'TOO_MANY_REQUESTS'],
      streamType: 'text/event-stream',
      async stream({ query, request }, response) {
        const stream = hub.streams.open(request, response)
        if (stream) hub.follow(stream, eventFilter(query), request.get('last-event-id'))
      },
    }),
  ]
}
