import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { goneSignal } from '../http/goneSignal.ts'
import { localeOf } from '../http/localeOf.ts'
import { BATCHES, bulkActionAnswer, bulkActionQuery } from '../schemas/bulk.ts'
import { bulkCronsBody } from '../schemas/bulkCrons.ts'
import {
  changeCronQuery,
  createCronBody,
  listCronsQuery,
  previewBody,
  toggleCronBody,
  triggerCronBody,
  updateCronBody,
} from '../schemas/cron.ts'
import { cronAnswer, cronPage, previewAnswer } from '../schemas/cronAnswer.ts'
import { cronFacetsAnswer, recentRunsAnswer, recentRunsQuery } from '../schemas/cronOverview.ts'
import { jobAnswer } from '../schemas/jobAnswer.ts'
import {
  backfillAnswer,
  backfillBody,
  backfillQuery,
  nextAnswer,
  nextQuery,
  slotPage,
  slotsQuery,
} from '../schemas/slots.ts'
import type { CronVerb } from '../services/bulkCrons.ts'
import type { CronService } from '../services/cronService.ts'

const tag = 'crons'
/** What an expression with its zone may be refused for. */
const EXPRESSION_ERRORS = [
  'CRON_EXPRESSION_INVALID',
  'CRON_TIMEZONE_INVALID',
  'CRON_NEVER_FIRES',
  'CRON_INTERVAL_TOO_SHORT',
] as const

const BULK = {
  enable: {
    role: 'operator',
    summary: 'Enable many crons',
    what: 'Enables what is disabled; one whose expression cannot be read, or comes too often, is skipped',
  },
  disable: {
    role: 'operator',
    summary: 'Disable many crons',
    what: 'Disables what is enabled; what of them has not finished goes on',
  },
  delete: {
    role: 'admin',
    summary: 'Delete many crons',
    what: 'Deletes them, and cancels what of them has not finished',
  },
} as const

function bulkEndpoint(crons: CronService, verb: CronVerb): Endpoint {
  const { role, summary, what } = BULK[verb]
  return endpoint({
    method: 'post',
    id: `${verb}Crons`,
    path: `/crons/bulk/${verb}`,
    tag,
    role,
    summary,
    description: `${what}, by ids or by a filter, oldest first. ${BATCHES}`,
    query: bulkActionQuery,
    body: bulkCronsBody,
    answer: bulkActionAnswer,
    run: ({ query, body, actor, request }) =>
      crons.bulk(verb, { ...body, dry_run: query.dry_run ?? body.dry_run }, actor, goneSignal(request)),
  })
}

export function cronEndpoints(crons: CronService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/crons',
      tag,
      role: 'viewer',
      summary: 'List crons',
      query: listCronsQuery,
      answer: cronPage,
      run: ({ query, request }) => crons.list(query, localeOf(request)),
    }),
    endpoint({
      method: 'post',
      path: '/crons',
      tag,
      role: 'admin',
      summary: 'Create a cron',
      query: changeCronQuery,
      body: createCronBody,
      status: 201,
      otherStatuses: { 200: 'With `dry_run`: the cron as it would be; nothing was made' },
      answer: cronAnswer,
      errors: ['CRON_NAME_TAKEN', ...EXPRESSION_ERRORS],
      async run({ query, body, actor }) {
        const cron = await crons.create(body, actor, query.dry_run)
        return query.dry_run
          ? new Reply(cron, { status: 200 })
          : new Reply(cron, { location: `/crons/${cron.id}` })
      },
    }),
    endpoint({
      id: 'previewCron',
      method: 'post',
      path: '/crons/preview',
      tag,
      role: 'viewer',
      summary: 'When an expression fires next, before it is saved',
      body: previewBody,
      answer: previewAnswer,
      errors: EXPRESSION_ERRORS,
      run: ({ body, request }) => crons.preview(body, localeOf(request)),
    }),
    endpoint({
      method: 'get',
      path: '/crons/recent-runs',
      tag,
      role: 'viewer',
      summary: 'The last runs of several crons',
      description:
        'For a list of crons: one request for all it shows. A cron without runs has an empty list.',
      query: recentRunsQuery,
      answer: recentRunsAnswer,
      run: ({ query }) => crons.recentRuns(query.ids, query.count),
    }),
    endpoint({
      method: 'get',
      path: '/crons/facets',
      tag,
      role: 'viewer',
      summary: 'The tags, owners and handlers that crons have',
      description: 'With how many crons have each; of each kind the 200 most frequent.',
      answer: cronFacetsAnswer,
      run: () => crons.facets(),
    }),
    bulkEndpoint(crons, 'enable'),
    bulkEndpoint(crons, 'disable'),
    bulkEndpoint(crons, 'delete'),
    endpoint({
      method: 'get',
      path: '/crons/:id',
      tag,
      role: 'viewer',
      summary: 'One cron',
      answer: cronAnswer,
      errors: ['CRON_NOT_FOUND'],
      run: ({ params, request }) => crons.get(params.id, localeOf(request)),
    }),
    endpoint({
      method: 'put',
      path: '/crons/:id',
      tag,
      role: 'admin',
      summary: 'Change parts of a cron',
      description:
        'What is left out stays as it is. With `version`, only if nobody has changed it since. With `dry_run` the answer is what would come of it, and nothing is changed.',
      query: changeCronQuery,
      body: updateCronBody,
      answer: cronAnswer,
      errors: ['CRON_NOT_FOUND', 'CRON_NAME_TAKEN', 'CRON_CHANGED', ...EXPRESSION_ERRORS],
      run: ({ params, query, body, actor }) => crons.update(params.id, body, actor, query.dry_run),
    }),
    endpoint({
      method: 'delete',
      path: '/crons/:id',
      tag,
      role: 'admin',
      summary: 'Delete a cron',
      description: 'What of it has not finished is cancelled; what has run stays, with its name.',
      errors: ['CRON_NOT_FOUND'],
      run: ({ params, actor }) => crons.remove(params.id, actor),
    }),
    endpoint({
      method: 'post',
      path: '/crons/:id/toggle',
      tag,
      role: 'operator',
      summary: 'Enable or disable a cron',
      description: 'Without `is_enabled` the other way round.',
      body: toggleCronBody,
      answer: cronAnswer,
      errors: ['CRON_NOT_FOUND', ...EXPRESSION_ERRORS],
      run: ({ params, body, actor }) => crons.toggle(params.id, body.is_enabled, actor),
    }),
    endpoint({
      method: 'post',
      path: '/crons/:id/trigger',
      tag,
      role: 'operator',
      summary: 'Run a cron now',
      description: 'Whether it is enabled or not, and beside what of it runs already.',
      body: triggerCronBody,
      status: 201,
      answer: jobAnswer,
      errors: ['CRON_NOT_FOUND'],
      async run({ params, body, actor }) {
        const job = await crons.trigger(params.id, body.params, actor)
        return new Reply(job, { location: `/jobs/${job.id}` })
      },
    }),
    endpoint({
      method: 'get',
      path: '/crons/:id/next',
      tag,
      role: 'viewer',
      summary: 'When a cron fires next',
      description: 'Within its window and what is left of `max_runs`; nothing while it is disabled.',
      query: nextQuery,
      answer: nextAnswer,
      errors: ['CRON_NOT_FOUND'],
      run: ({ params, query, request }) => crons.next(params.id, query.count, localeOf(request)),
    }),
    endpoint({
      method: 'get',
      path: '/crons/:id/slots',
      tag,
      role: 'viewer',
      summary: 'Every due instant of a cron with its verdict',
      description:
        'Oldest first, of the last 24 hours unless told otherwise (less for a younger cron, or one by the second), at most 20,000 instants: how each ran and how late, whether it waits, why it was skipped, or why it was not due (disabled, outside the window, before its creation). `summary` counts the whole span. UNACCOUNTED must never be seen.',
      query: slotsQuery,
      answer: slotPage,
      errors: ['CRON_NOT_FOUND'],
      run: ({ params, query }) => crons.slots(params.id, query),
    }),
    endpoint({
      method: 'post',
      path: '/crons/:id/backfill',
      tag,
      role: 'operator',
      summary: 'Run past slots of a cron that have no execution',
      description:
        'Oldest first, at a priority just below that of its regular slots, at most `max_active` at a time; a cron that refuses overlap lets its regular slots go first. With `dry_run` nothing is written, and the answer says how many there would be.',
      query: backfillQuery,
      body: backfillBody,
      status: 201,
      otherStatuses: { 200: 'A dry run: nothing was made' },
      answer: backfillAnswer,
      errors: ['CRON_NOT_FOUND', 'BACKFILL_TOO_LARGE'],
      async run({ params, query, body, actor }) {
        const isDryRun = query.dry_run ?? body.dry_run ?? false
        const made = await crons.backfill(params.id, { ...body, dry_run: isDryRun }, actor)
        return new Reply(made, { status: isDryRun ? 200 : 201 })
      },
    }),
  ]
}
