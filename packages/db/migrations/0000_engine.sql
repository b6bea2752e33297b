-- Purpose: the engine's tables: crons, executions with their attempts and logs, services, statistics.
-- Locks:   none that matter, every object is new.
-- Way back: DROP each table, type and jobu_* function below; nothing older depends on them.
-- Made by drizzle-kit from src/schema, then PARTITION BY, storage settings, functions and triggers added by hand.

CREATE TYPE "public"."day_match" AS ENUM('or', 'and');--> statement-breakpoint
CREATE TYPE "public"."execution_status" AS ENUM('PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED');--> statement-breakpoint
CREATE TYPE "public"."execution_wait" AS ENUM('time', 'overlap');--> statement-breakpoint
CREATE TYPE "public"."misfire_policy" AS ENUM('fire_once', 'fire_all', 'skip');--> statement-breakpoint
CREATE TYPE "public"."overlap_policy" AS ENUM('allow', 'skip', 'buffer_one', 'replace');--> statement-breakpoint
CREATE TYPE "public"."param_source" AS ENUM('cron', 'api', 'schedule', 'event');--> statement-breakpoint
CREATE TYPE "public"."retry_backoff" AS ENUM('fixed', 'exponential');--> statement-breakpoint
CREATE TABLE "cron_jobs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cron_jobs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"description" text,
	"cron_expression" text NOT NULL,
	"timezone" text NOT NULL,
	"day_match" "day_match" DEFAULT 'or' NOT NULL,
	"handler_name" text NOT NULL,
	"handler_params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"overlap_policy" "overlap_policy" DEFAULT 'skip' NOT NULL,
	"max_retry" integer DEFAULT 0 NOT NULL,
	"retry_delay_seconds" integer DEFAULT 10 NOT NULL,
	"retry_backoff" "retry_backoff" DEFAULT 'exponential' NOT NULL,
	"timeout_seconds" integer,
	"priority" smallint DEFAULT 0 NOT NULL,
	"queue" text DEFAULT 'default' NOT NULL,
	"misfire_policy" "misfire_policy" DEFAULT 'fire_once' NOT NULL,
	"misfire_limit" integer DEFAULT 100 NOT NULL,
	"misfire_grace_seconds" integer DEFAULT 86400 NOT NULL,
	"start_at" timestamp (3) with time zone,
	"end_at" timestamp (3) with time zone,
	"jitter_seconds" integer DEFAULT 0 NOT NULL,
	"max_runs" integer,
	"run_count" integer DEFAULT 0 NOT NULL,
	"pause_after_failures" integer,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"owner" text,
	"next_run_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone,
	"enabled_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"disabled_reason" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "cron_jobs_deleted_is_disabled" CHECK (deleted_at IS NULL OR NOT is_enabled),
	CONSTRAINT "cron_jobs_max_retry_range" CHECK (max_retry BETWEEN 0 AND 1000),
	CONSTRAINT "cron_jobs_retry_delay_range" CHECK (retry_delay_seconds BETWEEN 0 AND 604800),
	CONSTRAINT "cron_jobs_timeout_positive" CHECK (timeout_seconds > 0),
	CONSTRAINT "cron_jobs_jitter_not_negative" CHECK (jitter_seconds >= 0),
	CONSTRAINT "cron_jobs_misfire_limit_range" CHECK (misfire_limit BETWEEN 1 AND 10000),
	CONSTRAINT "cron_jobs_misfire_grace_not_negative" CHECK (misfire_grace_seconds >= 0),
	CONSTRAINT "cron_jobs_max_runs_positive" CHECK (max_runs > 0),
	CONSTRAINT "cron_jobs_pause_after_failures_positive" CHECK (pause_after_failures > 0),
	CONSTRAINT "cron_jobs_next_run_at_is_finite" CHECK (isfinite(next_run_at)),
	CONSTRAINT "cron_jobs_window_is_forward" CHECK (end_at > start_at)
);
--> statement-breakpoint
CREATE TABLE "dispatchers" (
	"id" text PRIMARY KEY NOT NULL,
	"hostname" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp (3) with time zone,
	CONSTRAINT "dispatchers_status_known" CHECK (status IN ('ACTIVE', 'STOPPED', 'LOST'))
);
--> statement-breakpoint
CREATE TABLE "execution_attempts" (
	"execution_id" bigint NOT NULL,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"attempt" integer NOT NULL,
	"outcome" text NOT NULL,
	"worker_id" text,
	"reason" text,
	"error_message" text,
	"error_stack" text,
	CONSTRAINT "execution_attempts_pkey" PRIMARY KEY("execution_id","attempt","scheduled_time"),
	CONSTRAINT "execution_attempts_outcome_known" CHECK (outcome IN ('SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'RELEASED'))
) PARTITION BY RANGE ("scheduled_time");
--> statement-breakpoint
CREATE TABLE "execution_logs" (
	"execution_id" bigint NOT NULL,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"logged_at" timestamp (3) with time zone NOT NULL,
	"attempt" integer NOT NULL,
	"line" integer NOT NULL,
	"level" text NOT NULL,
	"message" text NOT NULL,
	"fields" jsonb,
	CONSTRAINT "execution_logs_pkey" PRIMARY KEY("execution_id","attempt","line","scheduled_time")
) PARTITION BY RANGE ("scheduled_time");
--> statement-breakpoint
CREATE TABLE "execution_stat_deltas" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "execution_stat_deltas_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"settled_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"job_id" bigint,
	"count" integer NOT NULL,
	"status" "execution_status" NOT NULL,
	"handler_name" text NOT NULL,
	"durations_ms" integer[],
	"lateness_ms" integer[]
);
--> statement-breakpoint
CREATE TABLE "execution_stats" (
	"hour" timestamp (3) with time zone NOT NULL,
	"job_id" bigint NOT NULL,
	"count" bigint NOT NULL,
	"duration_sum_ms" bigint NOT NULL,
	"duration_max_ms" integer NOT NULL,
	"lateness_sum_ms" bigint NOT NULL,
	"lateness_max_ms" integer NOT NULL,
	"status" "execution_status" NOT NULL,
	"handler_name" text NOT NULL,
	"duration_histogram" integer[] NOT NULL,
	"lateness_histogram" integer[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "handlers" (
	"name" text PRIMARY KEY NOT NULL,
	"description" text,
	"params_schema" jsonb NOT NULL,
	"isolation" text NOT NULL,
	"source" text NOT NULL,
	"published_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"key" text PRIMARY KEY NOT NULL,
	"request_hash" text NOT NULL,
	"execution_id" bigint NOT NULL,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_executions" (
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "job_executions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" bigint,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"run_at" timestamp (3) with time zone NOT NULL,
	"ready_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"lease_expires_at" timestamp (3) with time zone,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"status" "execution_status" DEFAULT 'PENDING' NOT NULL,
	"waiting_for" "execution_wait",
	"param_source" "param_source" NOT NULL,
	"retry_backoff" "retry_backoff" DEFAULT 'exponential' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"retry_count" integer DEFAULT 0 NOT NULL,
	"max_retry" integer DEFAULT 0 NOT NULL,
	"retry_delay_seconds" integer DEFAULT 10 NOT NULL,
	"timeout_seconds" integer,
	"priority" smallint DEFAULT 0 NOT NULL,
	"progress_percentage" smallint,
	"queue" text DEFAULT 'default' NOT NULL,
	"handler_name" text NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"worker_id" text,
	"current_step" text,
	"reason" text,
	"error_message" text,
	"result" jsonb,
	CONSTRAINT "job_executions_pkey" PRIMARY KEY("id","scheduled_time"),
	CONSTRAINT "executions_finished_at_matches_status" CHECK ((finished_at IS NOT NULL) = (status NOT IN ('PENDING', 'RUNNING'))),
	CONSTRAINT "executions_lease_matches_status" CHECK ((lease_expires_at IS NOT NULL) = (status = 'RUNNING')),
	CONSTRAINT "executions_ready_or_waiting_while_pending" CHECK (CASE WHEN status = 'PENDING' THEN (ready_at IS NOT NULL) <> (waiting_for IS NOT NULL) ELSE waiting_for IS NULL END),
	CONSTRAINT "executions_running_has_worker" CHECK (status <> 'RUNNING' OR worker_id IS NOT NULL),
	CONSTRAINT "executions_cancel_only_running" CHECK (cancel_requested_at IS NULL OR status <> 'PENDING'),
	CONSTRAINT "executions_progress_range" CHECK (progress_percentage BETWEEN 0 AND 100)
) PARTITION BY RANGE ("scheduled_time");
--> statement-breakpoint
CREATE TABLE "settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "two_phase_decisions" (
	"gid" text PRIMARY KEY NOT NULL,
	"is_committed" boolean NOT NULL,
	"decided_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "two_phase_decisions_gid_is_ours" CHECK (gid LIKE 'jobu:%')
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"hostname" text NOT NULL,
	"pid" integer NOT NULL,
	"version" text NOT NULL,
	"status" text DEFAULT 'ACTIVE' NOT NULL,
	"queues" text[] NOT NULL,
	"handlers" text[] NOT NULL,
	"pool_size" integer NOT NULL,
	"running" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp (3) with time zone,
	CONSTRAINT "workers_status_known" CHECK (status IN ('ACTIVE', 'DRAINING', 'STOPPED', 'LOST'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX "cron_jobs_name_key" ON "cron_jobs" USING btree ("name") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "cron_jobs_due_idx" ON "cron_jobs" USING btree ("next_run_at") WHERE is_enabled AND next_run_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "cron_jobs_unplanned_idx" ON "cron_jobs" USING btree ("id") WHERE is_enabled AND next_run_at IS NULL AND completed_at IS NULL AND deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "execution_stats_key" ON "execution_stats" USING btree ("hour","job_id","handler_name","status");--> statement-breakpoint
CREATE UNIQUE INDEX "execution_stats_job_key" ON "execution_stats" USING btree ("job_id","hour","handler_name","status") WHERE job_id <> 0;--> statement-breakpoint
CREATE UNIQUE INDEX "job_executions_slot_key" ON "job_executions" USING btree ("job_id","scheduled_time") WHERE job_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "job_executions_ready_idx" ON "job_executions" USING btree ("queue","priority" DESC NULLS FIRST,"ready_at","id") WHERE status = 'PENDING' AND ready_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "job_executions_waiting_idx" ON "job_executions" USING btree ("run_at") WHERE status = 'PENDING' AND waiting_for = 'time';--> statement-breakpoint
CREATE INDEX "job_executions_overlap_idx" ON "job_executions" USING btree ("job_id") WHERE status = 'PENDING' AND waiting_for = 'overlap';--> statement-breakpoint
CREATE INDEX "job_executions_active_cron_idx" ON "job_executions" USING btree ("job_id") WHERE status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "job_executions_lease_idx" ON "job_executions" USING btree ("lease_expires_at") WHERE status = 'RUNNING';
--> statement-breakpoint
-- A roll-up that folds every second needs its small tables vacuumed early; cron rows are updated at each fire.
ALTER TABLE "execution_stat_deltas" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);--> statement-breakpoint
ALTER TABLE "cron_jobs" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);--> statement-breakpoint

/*
 * Makes the monthly partitions (UTC months) that cover [from_time, to_time] where they are missing, and returns
 * how many it made. Builds each table apart and attaches it: ATTACH takes SHARE UPDATE EXCLUSIVE on the parent,
 * while CREATE TABLE ... PARTITION OF would take ACCESS EXCLUSIVE and queue every claim behind a long reader.
 */
CREATE FUNCTION jobu_ensure_partitions(from_time timestamptz, to_time timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', from_time AT TIME ZONE 'UTC');
  parent text;
  part text;
  made integer := 0;
BEGIN
  -- The usual call finds nothing missing and must not wait for anyone.
  WHILE month <= (to_time AT TIME ZONE 'UTC') LOOP
    FOREACH parent IN ARRAY ARRAY['job_executions', 'execution_attempts', 'execution_logs'] LOOP
      part := parent || to_char(month, '"_p"YYYY_MM');
      IF to_regclass(part) IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended('jobu_ensure_partitions', 0));
        -- Not to_regclass: it would ask this session's cache, which has not heard of what was committed meanwhile.
        IF NOT EXISTS (SELECT FROM pg_class WHERE oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = parent::regclass) AND relname = part) THEN
          EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING IDENTITY)', part, parent);
          -- Rows are written two or three times within seconds: vacuum often, by count rather than by share.
          EXECUTE format('ALTER TABLE %I SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_insert_scale_factor = 0.2)', part);
          EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, part,
            to_char(month, 'YYYY-MM-DD" 00:00:00+00"'), to_char(month + interval '1 month', 'YYYY-MM-DD" 00:00:00+00"'));
          made := made + 1;
        END IF;
      END IF;
    END LOOP;
    month := month + interval '1 month';
  END LOOP;
  RETURN made;
END $$;--> statement-breakpoint

SELECT jobu_ensure_partitions(now() - interval '31 days', now() + interval '397 days');--> statement-breakpoint

-- Logarithmic histogram: eight buckets an octave, so a percentile read from it is at most 9 % off.
CREATE FUNCTION jobu_histogram_bucket(ms integer) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT floor(8 * ln(greatest(ms, 0)::float8 + 1) / ln(2::float8))::integer $$;--> statement-breakpoint

CREATE FUNCTION jobu_histogram_of(ms integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(coalesce(n, 0) ORDER BY bucket), '{}')
  FROM generate_series(0, (SELECT max(jobu_histogram_bucket(m)) FROM unnest(ms) m)) bucket
  LEFT JOIN (SELECT jobu_histogram_bucket(m) AS bucket, count(*)::integer AS n FROM unnest(ms) m GROUP BY 1) b USING (bucket)
$$;--> statement-breakpoint

CREATE FUNCTION jobu_histogram_add(a integer[], b integer[]) RETURNS integer[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg(coalesce(x, 0) + coalesce(y, 0) ORDER BY i), '{}')
  FROM unnest(a, b) WITH ORDINALITY AS t(x, y, i)
$$;--> statement-breakpoint

-- Wakes the dispatchers when a person, the API or plain SQL changes what may be due. A fire does not write these columns.
CREATE FUNCTION jobu_notify_crons() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('jobu_crons', ''); RETURN NULL; END $$;--> statement-breakpoint

CREATE TRIGGER cron_jobs_changed
AFTER INSERT OR UPDATE OF cron_expression, timezone, day_match, is_enabled, start_at, end_at, max_runs ON "cron_jobs"
FOR EACH STATEMENT EXECUTE FUNCTION jobu_notify_crons();
