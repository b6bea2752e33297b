import type { ErrorCode, ErrorDetail } from '@jobu/db'

const field = (name: string, message: string, received?: unknown, expected?: unknown): ErrorDetail[] => [
  { field: name, message, received, expected },
]

/** What a client may read when it is refused, by code: the message and, where there are some, the details. */
const EXAMPLES: Partial<Record<ErrorCode, [message: string, details?: ErrorDetail[]]>> = {
  VALIDATION_FAILED: [
    'Invalid request: size: Too big: expected number to be <=200',
    field('size', 'Too big: expected number to be <=200', '500'),
  ],
  REQUEST_MALFORMED: ['The request body is not valid JSON: Unexpected end of JSON input'],
  CRON_EXPRESSION_INVALID: [
    'Invalid request: cron_expression: minute 61 is out of range, expected 0 to 59',
    field('cron_expression', 'minute 61 is out of range, expected 0 to 59', '61 2 * * *'),
  ],
  CRON_TIMEZONE_INVALID: [
    'Invalid request: timezone: is not a known time zone',
    field('timezone', 'is not a known time zone', 'Asia/Seul', 'an IANA time zone such as Asia/Seoul'),
  ],
  CRON_NEVER_FIRES: [
    'Invalid request: cron_expression: never fires',
    field('cron_expression', 'never fires', '0 0 30 2 *'),
  ],
  CRON_INTERVAL_TOO_SHORT: [
    'Invalid request: cron_expression: fires every 10 s, expected at least 60 s',
    field('cron_expression', 'fires every 10 s, expected at least 60 s', '*/10 * * * * *'),
  ],
  BACKFILL_TOO_LARGE: ['The range has 120000 slots, expected at most 10000'],
  UNAUTHORIZED: ['Authentication is required: send Authorization: Bearer <token>'],
  SIGN_IN_FAILED: ['The name or the password is wrong'],
  FORBIDDEN: [
    'This needs the role operator; eve has the role viewer',
    field('role', 'is not enough', 'viewer', 'operator'),
  ],
  CSRF_TOKEN_INVALID: ['A change with a session needs its token in the header X-CSRF-Token'],
  NOT_FOUND: ['There is no /api/v1/nothing'],
  CRON_NOT_FOUND: ['Cron job with id 42 not found'],
  JOB_NOT_FOUND: ['Job with id 1042 not found'],
  ARTIFACT_NOT_FOUND: ['Artifact with id 7 not found'],
  RUN_NOT_FOUND: ['Schedule 3 has no run with id 12'],
  HANDLER_NOT_FOUND: ['Handler "backup" not found'],
  WORKER_NOT_FOUND: ['Worker worker-host1-5f3a9c01 not found'],
  SCHEDULE_NOT_FOUND: ['Schedule with id 7 not found'],
  TASK_NOT_FOUND: ['Run 311 has no task load'],
  DISPATCHER_NOT_FOUND: ['Dispatcher dispatcher-host1-0c41d7e2 not found'],
  RESERVATION_NOT_FOUND: ['Nothing is reserved'],
  USER_NOT_FOUND: ['User with id 7 not found'],
  TOKEN_NOT_FOUND: ['Token with id 3 not found'],
  NOT_ACCEPTABLE: ['Expected Accept: text/event-stream'],
  CRON_NAME_TAKEN: [
    'A cron job named "nightly backup" exists already',
    field('name', 'is taken', 'nightly backup'),
  ],
  CRON_CHANGED: ['Cron job 42 has changed since it was read', field('version', 'is not the newest', 3, '4')],
  SCHEDULE_INVALID: [
    'Invalid request: tasks[1].depends_on[0]: closes a cycle: load -> clean -> load',
    field('tasks[1].depends_on[0]', 'closes a cycle: load -> clean -> load', 'clean'),
  ],
  SCHEDULE_CHANGED: [
    'Schedule 7 has changed: its tasks are at version 4, not 3; read it again',
    field('version', 'is stale', 3, 4),
  ],
  RUN_NOT_ACTIVE: ['Run 311 has ended already: it is SUCCESS'],
  TASK_NOT_RERUNNABLE: ['Nothing of run 311 has failed'],
  TASK_NOT_AWAITING: ['Task "publish" of run 311 waits for nobody: it is SUCCESS'],
  TASK_STATE: ['Task "load" of run 311 is SUCCESS already'],
  APPROVAL_ROLE: ['Task "publish" is to be decided by the role admin, not by operator'],
  ENGINE_UNAVAILABLE: ['Airflow cannot be reached'],
  WORKER_NOT_ACTIVE: [
    'Worker worker-host1-5f3a9c01 is STOPPED; only an ACTIVE one can drain',
    field('status', 'cannot drain', 'STOPPED', 'ACTIVE'),
  ],
  JOB_NOT_RETRYABLE: [
    'Job 1042 is RUNNING; only FAILED, TIMEOUT and CANCELLED can be retried',
    field('status', 'only FAILED, TIMEOUT and CANCELLED can be retried', 'RUNNING'),
  ],
  JOB_NOT_CANCELLABLE: [
    'Job 1042 is SUCCESS; only PENDING and RUNNING can be cancelled',
    field('status', 'only PENDING and RUNNING can be cancelled', 'SUCCESS'),
  ],
  JOB_NOT_DELETABLE: ['Job 1042 is RUNNING; cancel it first', field('status', 'cancel it first', 'RUNNING')],
  JOB_NOT_CHANGEABLE: [
    'Job 1042 is RUNNING; only PENDING can be changed',
    field('status', 'only PENDING can be changed', 'RUNNING'),
  ],
  RESERVATION_EXISTS: ['The queue is reserved until 2026-03-01T03:00:00.000Z by admin'],
  USER_NAME_TAKEN: ['A user named "eve" exists already', field('name', 'is taken', 'eve')],
  LAST_ADMIN: ['Nobody else has the role admin'],
  IDEMPOTENCY_KEY_REUSED: [
    'Idempotency key "report-2026-03-01" was used for another request',
    field('idempotency_key', 'was used for another request', 'report-2026-03-01'),
  ],
  PAYLOAD_TOO_LARGE: ['The request body is larger than 10485760 bytes'],
  UNSUPPORTED_MEDIA_TYPE: ['Expected Content-Type: application/json, received text/plain'],
  TOO_MANY_REQUESTS: ['Too many attempts; try again in 30 seconds'],
  INTERNAL_ERROR: ['Internal error; request id 7c9e6679-7425-40de-944b-e07fc1f90ae7'],
  DATABASE_UNAVAILABLE: ['The database cannot be reached; try again later'],
}

/** An error of this code as a client receives it. */
export function errorExample(code: ErrorCode) {
  const [message, details = []] = EXAMPLES[code] ?? [code.toLowerCase().replaceAll('_', ' ')]
  return { error: { code, message, details } }
}
