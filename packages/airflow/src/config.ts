import { SCHEDULE_ENGINES } from '@jobu/db'
import { type ConfigSource, loadConfig } from '@jobu/runtime'
import { z } from 'zod'

const url = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'expected an http or https URL',
  )
const seconds = (most: number) => z.number().int().min(1).max(most)

/** `config/airflow.yaml`, and `JOBU_AIRFLOW_<KEY>` for each key. Without `base_url` there is no such engine. */
export const airflowSchema = z
  .strictObject({
    /** The engine of a schedule that names none. */
    engine: z.enum(SCHEDULE_ENGINES).default('jobu'),
    /** Where Airflow's web server is, without `/api/v1` or `/api/v2`; null: schedules cannot run in Airflow. */
    base_url: url.nullable().default(null),
    /** The major version; `auto` asks it. */
    version: z.union([z.literal('auto'), z.literal(2), z.literal(3)]).default('auto'),
    /** Of version 2: basic authentication. Of version 3: a token is got for them. */
    username: z.string().min(1).nullable().default(null),
    password: z.string().min(1).nullable().default(null),
    /** A bearer token instead of the two. */
    token: z.string().min(1).nullable().default(null),
    /** Where DAG files are written: a folder that Airflow reads them from. */
    dags_folder: z.string().min(1).nullable().default(null),
    /** Where Airflow's workers reach jobu's API, without `/api/v1`. */
    jobu_url: url.nullable().default(null),
    /** Where Airflow's workers find the token for it; it is written into no file. */
    jobu_token: z
      .strictObject({
        /** The password of a connection, a variable of Airflow, or a variable of the worker's environment. */
        from: z.enum(['connection', 'variable', 'env']).default('connection'),
        name: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,199}$/, 'expected a name of letters, digits, _, - and .')
          .default('jobu'),
      })
      .prefault({}),
    /** How often a task in Airflow asks jobu for the state of its job, in seconds. */
    job_poll_seconds: seconds(3_600).default(5),
    /** How often jobu looks at a schedule in Airflow, in seconds. */
    poll_seconds: seconds(3_600).default(15),
    /** Airflow must answer a request within so many seconds. */
    timeout_seconds: seconds(600).default(15),
    /** The longest pause between two tries while Airflow is away or refuses, in seconds. */
    max_backoff_seconds: seconds(86_400).default(300),
  })
  .superRefine((config, context) => {
    const refuse = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message })
    if ((config.username === null) !== (config.password === null)) {
      refuse(config.username === null ? 'username' : 'password', 'username and password belong together')
    }
    if (config.token !== null && config.username !== null)
      refuse('token', 'expected either token or username')
    if (config.base_url === null) {
      if (config.engine === 'airflow') refuse('engine', 'airflow needs base_url')
      return
    }
    if (config.dags_folder === null) refuse('dags_folder', 'is needed where base_url is set')
    if (config.jobu_url === null) refuse('jobu_url', 'is needed where base_url is set')
    if (config.token === null && config.username === null) {
      refuse('token', 'expected token, or username and password, where base_url is set')
    }
  })

type Settings = z.output<typeof airflowSchema>
/** What is set where the engine is there. */
export type AirflowConfig = Readonly<Settings & Record<'base_url' | 'dags_folder' | 'jobu_url', string>>

/** @returns null where Airflow is not configured. @throws ConfigError */
export function loadAirflowConfig(source?: ConfigSource): AirflowConfig | null {
  const config = loadConfig('airflow', airflowSchema, source)
  return config.base_url === null ? null : (config as AirflowConfig)
}

/** The engine of a schedule that names none. @throws ConfigError */
export function loadDefaultEngine(source?: ConfigSource): Settings['engine'] {
  return loadConfig('airflow', airflowSchema, source).engine
}
