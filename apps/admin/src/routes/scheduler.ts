import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { jobAnswer } from '../schemas/jobAnswer.ts'
import {
  reservationAnswer,
  reservationBody,
  schedulerStatusAnswer,
  startAnswer,
  startQuery,
  triggerHandlerBody,
  triggerHandlerParams,
} from '../schemas/scheduler.ts'
import type { SchedulerService } from '../services/schedulerService.ts'

const tag = 'scheduler'
/** Since when the direct trigger is deprecated, as RFC 9745 writes it: 2026-01-01. */
const DEPRECATION = {
  Deprecation: '@1767225600',
  Link: '</api/v1/jobs>; rel="successor-version"',
}

export function schedulerEndpoints(scheduler: SchedulerService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/scheduler/status',
      tag,
      role: 'viewer',
      summary: 'Whether the scheduler runs, what runs, what waits, and what came of it all',
      answer: schedulerStatusAnswer,
      run: () => scheduler.status(),
    }),
    endpoint({
      method: 'post',
      path: '/scheduler/start',
      tag,
      role: 'admin',
      summary: 'Start the scheduler',
      description:
        'Slots missed while it was stopped follow the misfire policy of their cron. With `dry_run=true` nothing changes, and the answer says how many slots of how many crons would run now.',
      query: startQuery,
      answer: startAnswer,
      run: ({ query, actor }) => (query.dry_run ? scheduler.previewStart() : scheduler.start(actor)),
    }),
    endpoint({
      method: 'post',
      path: '/scheduler/stop',
      tag,
      role: 'admin',
      summary: 'Stop the scheduler',
      description:
        'From then on nothing is claimed and no slot dispatched, in any process, until it is started again; what runs finishes. Leases, time limits, statistics and retention are looked after meanwhile.',
      answer: schedulerStatusAnswer,
      run: ({ actor }) => scheduler.stop(actor),
    }),
    endpoint({
      id: 'createReservation',
      method: 'post',
      path: '/scheduler/reservation',
      tag,
      role: 'admin',
      summary: 'Hold the queue for a maintenance window',
      description:
        'Nothing is claimed while it holds; slots still become PENDING, so none is missed. It ends by itself after `ttl_seconds`.',
      body: reservationBody,
      status: 201,
      answer: reservationAnswer,
      headers: { Location: 'The status, which shows it' },
      errors: ['RESERVATION_EXISTS'],
      async run({ body, actor }) {
        return new Reply(await scheduler.reserve(body, actor), { location: '/scheduler/status' })
      },
    }),
    endpoint({
      id: 'deleteReservation',
      method: 'delete',
      path: '/scheduler/reservation',
      tag,
      role: 'admin',
      summary: 'End the reservation, whoever made it',
      errors: ['RESERVATION_NOT_FOUND'],
      run: ({ actor }) => scheduler.free(actor),
    }),
    endpoint({
      id: 'triggerHandler',
      method: 'post',
      path: '/jobs/:handler/trigger',
      tag: 'jobs',
      role: 'operator',
      summary: 'Run a handler now, alone',
      description:
        'The old direct trigger; use POST /jobs. The queue is reserved for this execution: nothing else starts until it has ended, or for an hour at most.',
      deprecated: true,
      params: triggerHandlerParams,
      body: triggerHandlerBody,
      status: 201,
      answer: jobAnswer,
      headers: {
        Deprecation: 'Since when it is deprecated (RFC 9745)',
        Link: 'What takes its place, as `successor-version`',
      },
      errors: ['HANDLER_NOT_FOUND', 'RESERVATION_EXISTS'],
      async run({ params, body, actor }) {
        const job = await scheduler.triggerHandler(params.handler, body, actor)
        return new Reply(job, { location: `/jobs/${job.id}`, headers: DEPRECATION })
      },
    }),
  ]
}
