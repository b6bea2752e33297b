import type { JobLogStream } from '../events/jobLogStream.ts'
import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { goneSignal } from '../http/goneSignal.ts'
import { BATCHES, bulkActionAnswer, bulkActionQuery } from '../schemas/bulk.ts'
import {
  bulkActionBody,
  bulkJobsBody,
  createJobBody,
  listJobsQuery,
  listLogsQuery,
  patchJobBody,
} from '../schemas/job.ts'
import {
  bulkJobsAnswer,
  jobAnswer,
  jobDetailAnswer,
  jobPage,
  logPage,
  runList,
} from '../schemas/jobAnswer.ts'
import { whyAnswer } from '../schemas/why.ts'
import type { BulkVerb } from '../services/bulkAction.ts'
import type { JobService } from '../services/jobService.ts'

const tag = 'jobs'
const LOG_STREAM = `With \`Accept: text/event-stream\`: the lines stored so far, then new ones as they are written, until the
execution is final; \`page\`, \`size\`, \`limit\` and \`offset\` are for pages only.

| event | data | |
| --- | --- | --- |
| \`log\` | a LogLine | its id, \`attempt:line\`, sent as \`Last-Event-ID\` is where a later stream goes on |
| \`execution\` | \`id, status, job_id, handler_name, queue, attempt, progress_percentage, current_step\` | at the beginning, and when one of them has changed |
| \`end\` | \`id, status, reason, error_message, finished_at, is_deleted?\` | the last one: the execution is final, or was deleted |

A comment line comes every 15 seconds. A request with the id of \`end\` is answered 204 while nothing has changed since, so
that a browser's EventSource stops.

    curl -N "$URL/api/v1/jobs/42/logs" -H "Authorization: Bearer $TOKEN" -H "Accept: text/event-stream"
`

const LIST =
  'Newest scheduled time first, any combination of filters. A page costs the same whatever the table holds. `total` is exact where only `status`, `handler_name`, `queue`, `param_source` and `priority` are given and fewer than 10,000 are PENDING; otherwise a few thousand are counted at most and `total_is_exact` is false. The first 10,000 executions can be paged by number, all of them by `cursor`. A page may have fewer items than asked for, even none, while `next_cursor` is not null: the filter hardly ever meets and the search goes on from there.'

const BULK = {
  retry: {
    role: 'operator',
    summary: 'Retry many executions',
    what: 'Brings FAILED, TIMEOUT and CANCELLED ones back to PENDING',
  },
  cancel: {
    role: 'operator',
    summary: 'Cancel many executions',
    what: 'Cancels what is PENDING and tells what is RUNNING to stop',
  },
  delete: {
    role: 'admin',
    summary: 'Delete many executions',
    what: 'Deletes what is not RUNNING, with its attempts and log',
  },
} as const

function bulkEndpoint(jobs: JobService, verb: BulkVerb): Endpoint {
  const { role, summary, what } = BULK[verb]
  return endpoint({
    method: 'post',
    id: `${verb}Jobs`,
    path: `/jobs/bulk/${verb}`,
    tag,
    role,
    summary,
    description: `${what}, by ids or by a filter, oldest first. ${BATCHES}`,
    query: bulkActionQuery,
    body: bulkActionBody,
    answer: bulkActionAnswer,
    run: ({ query, body, actor, request }) =>
      jobs.bulk(verb, { ...body, dry_run: query.dry_run ?? body.dry_run }, actor, goneSignal(request)),
  })
}

export function jobEndpoints(jobs: JobService, logs: JobLogStream): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/jobs',
      tag,
      role: 'viewer',
      summary: 'List executions',
      description: LIST,
      query: listJobsQuery,
      answer: jobPage,
      run: ({ query }) => jobs.list(query),
    }),
    endpoint({
      method: 'post',
      path: '/jobs',
      tag,
      role: 'operator',
      summary: 'Enqueue a job',
      description:
        'It persists at once and runs when its time comes. Under an `idempotency_key` the same body answers the first job with 200.',
      body: createJobBody,
      status: 201,
      otherStatuses: { 200: 'The job that an earlier request under the same idempotency key made' },
      answer: jobAnswer,
      errors: ['IDEMPOTENCY_KEY_REUSED'],
      async run({ body, actor }) {
        const { job, isNew } = await jobs.create(body, actor)
        return new Reply(job, { status: isNew ? 201 : 200, location: `/jobs/${job.id}` })
      },
    }),
    endpoint({
      id: 'createJobs',
      method: 'post',
      path: '/jobs/bulk',
      tag,
      role: 'operator',
      summary: 'Enqueue up to 10,000 jobs, all or none',
      body: bulkJobsBody,
      status: 201,
      answer: bulkJobsAnswer,
      errors: ['IDEMPOTENCY_KEY_REUSED'],
      run: ({ body, actor }) => jobs.createMany(body.jobs, actor),
    }),
    bulkEndpoint(jobs, 'retry'),
    bulkEndpoint(jobs, 'cancel'),
    bulkEndpoint(jobs, 'delete'),
    endpoint({
      method: 'get',
      path: '/jobs/:id',
      tag,
      role: 'viewer',
      summary: 'One execution, with its runs and the last lines of its log',
      answer: jobDetailAnswer,
      errors: ['JOB_NOT_FOUND'],
      run: ({ params }) => jobs.get(params.id),
    }),
    endpoint({
      method: 'patch',
      path: '/jobs/:id',
      tag,
      role: 'operator',
      summary: 'Change the priority or the time of a PENDING execution',
      description:
        '`scheduled_time: null` means now. An execution of a cron keeps its scheduled time, which is its slot; its priority can be changed.',
      body: patchJobBody,
      answer: jobAnswer,
      errors: ['JOB_NOT_FOUND', 'JOB_NOT_CHANGEABLE'],
      run: ({ params, body, actor }) => jobs.update(params.id, body, actor),
    }),
    endpoint({
      method: 'delete',
      path: '/jobs/:id',
      tag,
      role: 'admin',
      summary: 'Delete an execution that is PENDING or final',
      errors: ['JOB_NOT_FOUND', 'JOB_NOT_DELETABLE'],
      run: ({ params, actor }) => jobs.remove(params.id, actor),
    }),
    endpoint({
      method: 'get',
      path: '/jobs/:id/runs',
      tag,
      role: 'viewer',
      summary: 'All attempts of an execution, oldest first',
      answer: runList,
      errors: ['JOB_NOT_FOUND'],
      run: ({ params }) => jobs.runs(params.id),
    }),
    endpoint({
      method: 'get',
      path: '/jobs/:id/why',
      tag,
      role: 'viewer',
      summary: 'Why an execution is not running, or how it came to its end',
      description:
        'Every cause that can be told, the most decisive first: a stopped scheduler, a reservation, a time or backoff, an overlap, workers that do not serve it, a full pool, a place in the queue; where it runs; or how and by whom it was ended.',
      answer: whyAnswer,
      errors: ['JOB_NOT_FOUND'],
      run: ({ params }) => jobs.why(params.id),
    }),
    endpoint({
      method: 'get',
      path: '/jobs/:id/logs',
      tag,
      role: 'viewer',
      summary: 'What its handler logged: a page, or a live stream',
      description: LOG_STREAM,
      query: listLogsQuery,
      otherStatuses: { 204: 'Of the stream: it has ended, and nothing has changed since' },
      answer: logPage,
      errors: ['JOB_NOT_FOUND', 'TOO_MANY_REQUESTS'],
      run: ({ params, query }) => jobs.logs(params.id, query),
      stream: ({ params, query, request }, response) => logs.follow(params.id, query, request, response),
    }),
    endpoint({
      method: 'post',
      path: '/jobs/:id/retry',
      tag,
      role: 'operator',
      summary: 'Bring a FAILED, TIMEOUT or CANCELLED execution back to PENDING',
      answer: jobAnswer,
      errors: ['JOB_NOT_FOUND', 'JOB_NOT_RETRYABLE'],
      run: ({ params, actor }) => jobs.retry(params.id, actor),
    }),
    endpoint({
      method: 'post',
      path: '/jobs/:id/cancel',
      tag,
      role: 'operator',
      summary: 'Cancel an execution',
      description:
        'One that is PENDING is CANCELLED at once; the handler of a RUNNING one is told within a second.',
      answer: jobAnswer,
      errors: ['JOB_NOT_FOUND', 'JOB_NOT_CANCELLABLE'],
      run: ({ params, actor }) => jobs.cancel(params.id, actor),
    }),
  ]
}
