import { type AirflowConfig, loadAirflowConfig, loadDefaultEngine } from '@jobu/airflow'
import { ROLES, type ScheduleEngine } from '@jobu/db'
import { type ConfigSource, loadConfig } from '@jobu/runtime'
import { z } from 'zod'
import { isAddressOrBlock } from './access/clientAddress.ts'

const timezone = z.string().refine(isTimezone, 'expected an IANA time zone such as Asia/Seoul')
const origin = z.string().refine(isOrigin, 'expected an origin such as https://jobs.example.com, or "*"')

const password = z.string().min(8, 'expected at least 8 characters').max(1_024).optional()
const addresses = z
  .array(
    z
      .string()
      .refine(isAddressOrBlock, 'expected an address or a block such as 10.0.0.0/8, not all there are'),
  )
  .default([])
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]+$/, 'expected the name of a header such as x-user-id')
  .transform((name) => name.toLowerCase())

/** `config/admin.yaml`, and `JOBU_ADMIN_<KEY>` for each key. */
export const adminSchema = z.strictObject({
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
  /** The password of the user `admin`, who is made and kept an enabled administrator at each start. */
  password,
  /** The password with which the user `admin` is made where there is none. */
  initial_password: password,
  /** Proxies whose X-Forwarded-For, -Proto and -Host are believed. */
  trusted_proxies: addresses,
  auth: z
    .strictObject({
      /** A session ends when it has not been used for so long, in seconds. */
      session_idle_seconds: z.number().int().min(300).max(2_592_000).default(3_600),
      /** A session ends after so long however often it is used, in seconds. */
      session_max_seconds: z.number().int().min(300).max(31_536_000).default(43_200),
      /** A proxy that knows who its clients are. */
      proxy: z
        .strictObject({
          /** Where it says who. */
          header: headerName.default('x-user-id'),
          /** Where it says `viewer`, `operator` or `admin`; null: nowhere. */
          role_header: headerName.nullable().default(null),
          /** The role of those of whom it says none. */
          default_role: z.enum(ROLES).default('viewer'),
          /** Its addresses; with none nobody's word is taken. Their X-Forwarded headers are believed as well. */
          trusted: addresses,
        })
        .prefault({}),
    })
    .prefault({}),
  events: z
    .strictObject({
      /** Event streams open at once, of `/events` and of logs. */
      max_streams: z.number().int().min(0).max(100_000).default(500),
      /** How often each says that it lives, in seconds. */
      heartbeat_seconds: z.number().int().min(1).max(60).default(15),
    })
    .prefault({}),
  /** Entries of the audit log are kept for so many days. */
  audit_retention_days: z.number().int().min(1).max(36_500).default(365),
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
  /** The engine of a schedule that names none; left out: jobu. */
  engine?: ScheduleEngine
  /** Null, or left out: there is only jobu. */
  airflow?: AirflowConfig | null
}

/** @throws ConfigError naming the file, the path and what was expected */
export function loadAdminConfig(source?: ConfigSource): AdminConfig {
  return loadConfig('admin', adminSchema, source)
}

/** From `config/dispatcher.yaml` and `config/airflow.yaml`. @throws ConfigError */
export function loadSchedulingConfig(source?: ConfigSource): SchedulingConfig {
  const config = loadPart('dispatcher', schedulingSchema, source)
  return {
    engine: loadDefaultEngine(source),
    airflow: loadAirflowConfig(source),
    minCronIntervalSeconds: config.min_cron_interval_seconds,
    timezone: config.timezone,
    misfireThresholdSeconds: config.misfire_threshold_seconds,
  }
}

/** Which database of `config/database.yaml` is admin's, for who needs nothing else of admin. @throws ConfigError */
export function loadAdminDatabaseName(source?: ConfigSource): string {
  return loadPart('admin', z.looseObject({ database: adminSchema.shape.database }), source).database
}

/** Some keys of a service's configuration; what else its file and its variables say is for the service to judge. */
function loadPart<S extends z.ZodObject>(
  file: string,
  schema: S,
  { dir, env = process.env }: ConfigSource = {},
) {
  const prefix = `JOBU_${file.toUpperCase()}_`
  const known = Object.keys(schema.shape).map((key) => `${prefix}${key.toUpperCase()}`)
  const relevant = Object.entries(env).filter(([name]) => !name.startsWith(prefix) || known.includes(name))
  return loadConfig(file, schema, { dir, env: Object.fromEntries(relevant) })
}

/** Whether it names a zone; offsets, which newer versions of Node take for names, do not. */
export function isTimezone(name: string): boolean {
  if (!/^[a-z]/i.test(name)) return false
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
