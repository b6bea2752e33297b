import { type ConfigSource, loadConfig } from '@jobu/runtime'
import { z } from 'zod'

/** `config/worker.yaml`, and `JOBU_WORKER_<KEY>` for each key. */
export const workerSchema = z
  .strictObject({
    /** The database of `config/database.yaml` that holds jobu's own tables. */
    database: z.string().min(1).default('default'),
    /** The databases handlers may use, by name; null: every configured one. */
    databases: z.array(z.string().min(1)).nullable().default(null),
    /** How many handlers run at once. */
    pool_size: z.number().int().min(1).max(10_000).default(20),
    /** The queues served; `*` serves every queue. */
    queues: z.array(z.string().min(1)).min(1).default(['*']),
    /** How often to look for work that no notification announced, in seconds. */
    poll_interval_seconds: z.number().min(0.1).max(3_600).default(5),
    /** The most executions taken, and settled, by one statement. */
    claim_batch_size: z.number().int().min(1).max(5_000).default(200),
    /** How long running handlers may take to finish after SIGTERM, in seconds. */
    shutdown_timeout_seconds: z.number().min(0).max(86_400).default(30),
    /** Folders with handlers of one's own. */
    handlers_path: z.array(z.string().min(1)).default([]),
    shell: z
      .strictObject({
        /** Whether the `shell` handler is served: whoever may create a job may then run any command here. */
        enabled: z.boolean().default(false),
      })
      .prefault({}),
    /** The handler `script`: whoever may create a job may then run what is listed here on this machine. */
    script: z
      .strictObject({
        /** Whether it is served. */
        enabled: z.boolean().default(false),
        /** The folder of the files that jobs may name; null: none. */
        path: z.string().min(1).nullable().default(null),
        /** Whether jobs may bring the text of a script. */
        allow_text: z.boolean().default(false),
        /** Variables of the worker that scripts see, beside PATH, LANG and TZ. */
        env: z.array(z.string().min(1)).default([]),
        /** The memory of a script, in MiB: a job may ask for less. */
        max_memory_mb: z.number().int().min(32).max(1_048_576).default(1_024),
        /** The program that runs Python. */
        python: z.string().min(1).default('python3'),
      })
      .prefault({}),
    /** The largest artifact stored, in bytes. */
    max_artifact_bytes: z.number().int().min(0).max(10_737_418_240).default(52_428_800),
    /** Artifacts stored per attempt. */
    max_artifacts: z.number().int().min(0).max(10_000).default(100),
    /** Where attempts have their working folders; null: `jobu` in the system's folder for temporary files. */
    work_path: z.string().min(1).nullable().default(null),
    /** How long a claimed execution stays owned without a heartbeat, in seconds. */
    lease_seconds: z.number().min(1).max(3_600).default(30),
    /** How often leases are renewed, in seconds. */
    heartbeat_seconds: z.number().min(0.1).max(1_200).default(10),
    /** How long a handler may take to end after its signal aborted, in milliseconds. */
    abort_grace_ms: z.number().int().min(0).max(60_000).default(500),
    /** The largest result stored, in bytes of JSON. */
    max_result_bytes: z.number().int().min(2).max(16_777_216).default(1_048_576),
    log: z
      .strictObject({
        /** Lines stored per attempt. */
        max_lines: z.number().int().min(0).max(1_000_000).default(10_000),
        /** Bytes of messages stored per attempt. */
        max_bytes: z.number().int().min(0).max(104_857_600).default(1_048_576),
      })
      .prefault({}),
    /** A port for /health, /ready and /metrics; null serves none. */
    http_port: z.number().int().min(0).max(65_535).nullable().default(null),
    /** Where that port is opened; the metrics ask nobody for credentials. */
    http_host: z.string().min(1).default('127.0.0.1'),
    /** Where the values of `{"$secret": "NAME"}` in params are: first in the environment, then in the folder. */
    secrets: z
      .strictObject({
        /** NAME is the variable of this prefix and NAME; null: none is. */
        env_prefix: z
          .string()
          .regex(
            /^[A-Za-z_][A-Za-z0-9_]*$/,
            'expected the beginning of a variable name, such as JOBU_SECRET_',
          )
          .nullable()
          .default('JOBU_SECRET_'),
        /** A folder with a file per secret, as Docker and Kubernetes mount them; null: none. */
        dir: z.string().min(1).nullable().default(null),
      })
      .prefault({}),
  })
  .refine((config) => config.heartbeat_seconds * 3 <= config.lease_seconds, {
    path: ['heartbeat_seconds'],
    message: 'three heartbeats must fit into one lease (lease_seconds)',
  })

export type WorkerConfig = Readonly<z.output<typeof workerSchema>>

/** @throws ConfigError naming the file, the path and what was expected */
export function loadWorkerConfig(source?: ConfigSource): WorkerConfig {
  return loadConfig('worker', workerSchema, source)
}
