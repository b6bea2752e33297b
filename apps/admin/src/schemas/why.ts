import { EXECUTION_STATUSES, REASONS } from '@jobu/db'
import { z } from 'zod'
import { instantAnswer, jsonObject } from './fields.ts'

/** Why a PENDING execution is not running. */
const PENDING_CAUSES = [
  'SCHEDULED_LATER',
  'JITTER',
  'BACKING_OFF',
  'PROMOTION_DUE',
  'WAITING_FOR_OVERLAP',
  'WAITING_FOR_BACKFILL',
  'SCHEDULER_STOPPED',
  'QUEUE_RESERVED',
  'NO_DISPATCHER',
  'NO_WORKER',
  'QUEUE_NOT_SERVED',
  'HANDLER_NOT_SERVED',
  'NO_WORKER_SERVES_BOTH',
  'POOLS_FULL',
  'BEHIND_OTHERS',
  'BEING_CLAIMED',
] as const
/** What there is to say of one that runs, or has ended; `REASONS` are the codes that the row itself carries. */
const OTHER_CAUSES = [
  'RUNNING',
  'CANCEL_REQUESTED',
  'LEASE_EXPIRED',
  'TIME_LIMIT_PASSED',
  'SUCCEEDED',
  'FAILED',
  'CANCELLED',
  'SKIPPED',
  'RETRIES_USED_UP',
  'NO_RETRIES',
  'SCHEDULER_WAS_STOPPED',
] as const

export const CAUSE_CODES = [...new Set([...PENDING_CAUSES, ...OTHER_CAUSES, ...REASONS])] as const
export type CauseCode = (typeof CAUSE_CODES)[number]

const causeCode = z.enum(CAUSE_CODES as [CauseCode, ...CauseCode[]])

export const whyAnswer = z
  .object({
    id: z.int(),
    status: z.enum(EXECUTION_STATUSES),
    verdict: causeCode.meta({ description: 'The most decisive cause' }),
    explanation: z.string().meta({ description: 'All causes in words' }),
    causes: z
      .array(
        z.object({
          code: causeCode,
          message: z.string(),
          details: jsonObject.meta({ description: 'What the message says, for programs' }),
        }),
      )
      .meta({ description: 'The most decisive first' }),
    cron: z
      .object({
        id: z.int(),
        name: z.string(),
        is_enabled: z.boolean(),
        disabled_reason: z.string().nullable(),
        deleted_at: instantAnswer.nullable(),
      })
      .nullable()
      .meta({ description: 'The cron it is of' }),
    asked_at: instantAnswer,
  })
  .meta({
    id: 'Why',
    example: {
      id: 17,
      status: 'PENDING',
      verdict: 'HANDLER_NOT_SERVED',
      explanation: 'No live worker has the handler "report".',
      causes: [
        {
          code: 'HANDLER_NOT_SERVED',
          message: 'No live worker has the handler "report".',
          details: { handler_name: 'report', workers: ['worker-a-1'] },
        },
      ],
      cron: null,
      asked_at: '2026-01-31T00:00:00.000Z',
    },
  })
