import { type Endpoint, endpoint, Reply } from '../http/endpoint.ts'
import { localeOf } from '../http/localeOf.ts'
import {
  createScheduleBody,
  listSchedulesQuery,
  listVersionsQuery,
  toggleScheduleBody,
  updateScheduleBody,
  validateScheduleBody,
  versionParams,
} from '../schemas/schedule.ts'
import {
  scheduleAnswer,
  schedulePage,
  validationAnswer,
  versionAnswer,
  versionPage,
} from '../schemas/scheduleAnswer.ts'
import { startScheduleBody } from '../schemas/scheduleRun.ts'
import { scheduleRunAnswer } from '../schemas/scheduleRunAnswer.ts'
import type { ScheduleService } from '../services/scheduleService.ts'

const tag = 'schedules'
const ALL_FAULTS = 'The definition is judged as a whole: `details` names every fault at once, by field.'

export function scheduleEndpoints(schedules: ScheduleService): Endpoint[] {
  return [
    endpoint({
      method: 'get',
      path: '/schedules',
      tag,
      role: 'viewer',
      summary: 'List schedules',
      query: listSchedulesQuery,
      answer: schedulePage,
      run: ({ query, request }) => schedules.list(query, localeOf(request)),
    }),
    endpoint({
      method: 'post',
      path: '/schedules',
      tag,
      role: 'admin',
      summary: 'Create a schedule',
      description: ALL_FAULTS,
      body: createScheduleBody,
      isBodyUnchecked: true,
      status: 201,
      answer: scheduleAnswer,
      errors: ['SCHEDULE_INVALID'],
      async run({ body, actor }) {
        const schedule = await schedules.create(body, actor)
        return new Reply(schedule, { location: `/schedules/${schedule.id}` })
      },
    }),
    endpoint({
      id: 'validateSchedule',
      method: 'post',
      path: '/schedules/validate',
      tag,
      role: 'viewer',
      summary: 'What is wrong with a definition, before it is saved',
      description: 'And the order of its tasks, and when it would run next.',
      body: validateScheduleBody,
      answer: validationAnswer,
      run: ({ body }) => schedules.validate(body),
    }),
    endpoint({
      method: 'get',
      path: '/schedules/:id',
      tag,
      role: 'viewer',
      summary: 'One schedule',
      answer: scheduleAnswer,
      errors: ['SCHEDULE_NOT_FOUND'],
      run: ({ params, request }) => schedules.get(params.id, localeOf(request)),
    }),
    endpoint({
      method: 'patch',
      path: '/schedules/:id',
      tag,
      role: 'admin',
      summary: 'Change parts of a schedule',
      description: `What is left out stays as it is. Other tasks make another version; runs keep the one they began with. ${ALL_FAULTS}`,
      body: updateScheduleBody,
      isBodyUnchecked: true,
      answer: scheduleAnswer,
      errors: ['SCHEDULE_NOT_FOUND', 'SCHEDULE_INVALID', 'SCHEDULE_CHANGED'],
      run: ({ params, body, actor }) => schedules.update(params.id, body, actor),
    }),
    endpoint({
      method: 'delete',
      path: '/schedules/:id',
      tag,
      role: 'admin',
      summary: 'Delete a schedule',
      description: 'Runs that have not ended are cancelled; all of them stay, with its title.',
      errors: ['SCHEDULE_NOT_FOUND'],
      run: ({ params, actor }) => schedules.remove(params.id, actor),
    }),
    endpoint({
      id: 'toggleSchedule',
      method: 'patch',
      path: '/schedules/:id/toggle',
      tag,
      role: 'operator',
      summary: 'Enable or disable a schedule',
      description: 'Without `is_enabled` the other way round. A disabled one can be started by hand.',
      body: toggleScheduleBody,
      answer: scheduleAnswer,
      errors: ['SCHEDULE_NOT_FOUND', 'SCHEDULE_INVALID'],
      run: ({ params, body, actor }) => schedules.toggle(params.id, body.is_enabled, actor),
    }),
    endpoint({
      id: 'startSchedule',
      method: 'post',
      path: '/schedules/:id/start',
      tag,
      role: 'operator',
      summary: 'Run a schedule now',
      description:
        'Whether it is enabled or not, and beside what of it runs; while `max_active_runs` are RUNNING it waits as PENDING.',
      body: startScheduleBody,
      status: 201,
      answer: scheduleRunAnswer,
      errors: ['SCHEDULE_NOT_FOUND'],
      async run({ params, body, actor }) {
        const run = await schedules.start(params.id, body, actor)
        return new Reply(run, { location: `/schedules/${params.id}/runs/${run.id}` })
      },
    }),
    endpoint({
      method: 'get',
      path: '/schedules/:id/versions',
      tag,
      role: 'viewer',
      summary: 'The versions of its tasks',
      description: 'The newest first.',
      query: listVersionsQuery,
      answer: versionPage,
      errors: ['SCHEDULE_NOT_FOUND'],
      run: ({ params, query }) => schedules.versions(params.id, query),
    }),
    endpoint({
      method: 'get',
      path: '/schedules/:id/versions/:version',
      tag,
      role: 'viewer',
      summary: 'One version of its tasks',
      params: versionParams,
      answer: versionAnswer,
      errors: ['SCHEDULE_NOT_FOUND', 'NOT_FOUND'],
      run: ({ params }) => schedules.version(params.id, params.version),
    }),
  ]
}
