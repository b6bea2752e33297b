import { type ConfigSource, loadConfig } from '@jobu/runtime'
import { z } from 'zod'

const timezone = z.string().refine(isTimezone, 'expected an IANA time zone such as Asia/Seoul')
const origin = z.string().refine(isOrigin, 'expected an origin such as https://jobs.example.com, or "*"')

/** `config/admin.yaml`, and `JOBU_ADMIN_<KEY>` for each key. */
export const adminSchema = z
  .strictObject({
    /** The database of `config/database.yaml` that holds jobu's own tables. */
    database: z.string().min(1).default('default'),
    /** Where it listens. */
    host: z.string().min(1).default('127.0.0.1'),
    port: z.number().int().min(0).max(65_535).default(8080),
    cors: z
      .strictObject({
        /** Origins whose pages may call the API; `*` for any. */
        origins: z.union([z.literal('*'), z.array(origin)]).default([]),
        /** Whether those pages may send credentials. */
        credentials: z.boolean().default(false),
      })
      .refine((cors) => !(cors.credentials && cors.origins.includes('*')), {
        path: ['credentials'],
        message: 'credentials need their origins named, expected no "*" in origins',
      })
      .prefault({}),
    /** The bearer token with the admin role, for automation. */
    token: z.string().min(32, 'expected at least 32 characters').optional(),
    /** The administrator's password. */
    password: z.string().min(8, 'expected at least 8 characters').optional(),
    /** The zone in which times are shown. */
    display_timezone: timezone.default('Asia/Seoul'),
    /** The largest request body, in bytes, after decompression. */
    body_limit_bytes: z
      .number()
      .int()
      .min(1_024)
      .max(1_073_741_824)
      .default(10 * 1024 * 1024),
  })
  .refine(
    (config) => config.token !== undefined || config.password !== undefined,
    'nobody could sign in: set JOBU_ADMIN_PASSWORD or JOBU_ADMIN_TOKEN',
  )

export type AdminConfig = Readonly<z.output<typeof adminSchema>>

// Loose, and read without the variables of other keys: what else the dispatcher is told is for it to judge.
const schedulingSchema = z.looseObject({
  /** A cron that would fire more often is refused, in seconds. */
  min_cron_interval_seconds: z.number().int().min(1).max(86_400).default(60),
  /** A slot at most this late is not a misfire and always runs, in seconds. */
  misfire_threshold_seconds: z.number().int().min(1).max(86_400).default(60),
  /** The zone of a cron that names none. */
  timezone: timezone.default('Asia/Seoul'),
})

/** The dispatcher's rules for crons, which admin applies before it stores one. */
export interface SchedulingConfig {
  minCronIntervalSeconds: number
  timezone: string
  /** For telling what a start would run; left out: 60. */
  misfireThresholdSeconds?: number
}

/** @throws ConfigError naming the file, the path and what was expected */
export function loadAdminConfig(source?: ConfigSource): AdminConfig {
  return loadConfig('admin', adminSchema, source)
}

/** From `config/dispatcher.yaml`. @throws ConfigError */
export function loadSchedulingConfig({ dir, env = process.env }: ConfigSource = {}): SchedulingConfig {
  const known = Object.keys(schedulingSchema.shape).map((key) => `JOBU_DISPATCHER_${key.toUpperCase()}`)
  const relevant = Object.entries(env).filter(
    ([name]) => !name.startsWith('JOBU_DISPATCHER_') || known.includes(name),
  )
  const config = loadConfig('dispatcher', schedulingSchema, { dir, env: Object.fromEntries(relevant) })
  return {
    minCronIntervalSeconds: config.min_cron_interval_seconds,
    timezone: config.timezone,
    misfireThresholdSeconds: config.misfire_threshold_seconds,
  }
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function isOrigin(text: string): boolean {
  return text === '*' || (URL.canParse(text) && new URL(text).origin === text)
}
