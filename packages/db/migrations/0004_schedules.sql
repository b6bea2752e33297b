-- Purpose: schedules: their versions, runs and tasks, the functions that move tasks on, signals, statistics by the quarter
--          of an hour, and artifacts of executions.
-- Locks:   ACCESS EXCLUSIVE on job_executions for an instant: a column without a default.
-- Way back: DROP the functions, the trigger, the tables and the types below, and the column job_executions.task_run_id.
-- Made by drizzle-kit from src/schema, then the functions and the trigger added by hand.

CREATE TYPE "public"."run_status" AS ENUM('PENDING', 'RUNNING', 'SUCCESS', 'FAILED', 'CANCELLED');--> statement-breakpoint
CREATE TYPE "public"."run_trigger" AS ENUM('cron', 'manual', 'schedule', 'external');--> statement-breakpoint
CREATE TYPE "public"."schedule_engine" AS ENUM('jobu', 'airflow');--> statement-breakpoint
CREATE TYPE "public"."schedule_frequency" AS ENUM('once', 'hourly', 'daily', 'weekly', 'monthly');--> statement-breakpoint
CREATE TYPE "public"."task_kind" AS ENUM('handler', 'schedule', 'approval', 'event');--> statement-breakpoint
CREATE TYPE "public"."task_state" AS ENUM('WAITING', 'DECIDING', 'QUEUED', 'EXPANDED', 'AWAITING', 'SUBRUN', 'SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED');--> statement-breakpoint
CREATE TYPE "public"."trigger_rule" AS ENUM('all_success', 'all_done', 'one_success', 'one_failed', 'none_failed');--> statement-breakpoint
CREATE TABLE "artifact_chunks" (
	"artifact_id" bigint NOT NULL,
	"no" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "artifact_chunks_pkey" PRIMARY KEY("artifact_id","no")
);
--> statement-breakpoint
CREATE TABLE "artifacts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "artifacts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"execution_id" bigint NOT NULL,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"task_run_id" bigint,
	"run_id" bigint,
	"size_bytes" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"attempt" integer NOT NULL,
	"name" text NOT NULL,
	"content_type" text NOT NULL,
	"sha256" text,
	CONSTRAINT "artifacts_size_not_negative" CHECK (size_bytes >= 0)
);
--> statement-breakpoint
CREATE TABLE "schedule_edges" (
	"version_id" bigint NOT NULL,
	"parent_no" integer NOT NULL,
	"child_no" integer NOT NULL,
	CONSTRAINT "schedule_edges_pkey" PRIMARY KEY("version_id","parent_no","child_no"),
	CONSTRAINT "schedule_edges_not_to_itself" CHECK (parent_no <> child_no)
);
--> statement-breakpoint
CREATE TABLE "schedule_run_deltas" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "schedule_run_deltas_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"quarter" timestamp (3) with time zone NOT NULL,
	"schedule_id" bigint NOT NULL,
	"change" integer NOT NULL,
	"status" "run_status" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "schedule_run_stats" (
	"quarter" timestamp (3) with time zone NOT NULL,
	"schedule_id" bigint NOT NULL,
	"count" integer NOT NULL,
	"status" "run_status" NOT NULL,
	CONSTRAINT "schedule_run_stats_pkey" PRIMARY KEY("schedule_id","quarter","status"),
	CONSTRAINT "schedule_run_stats_count_not_negative" CHECK (count >= 0)
);
--> statement-breakpoint
CREATE TABLE "schedule_runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "schedule_runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"schedule_id" bigint NOT NULL,
	"version_id" bigint NOT NULL,
	"scheduled_time" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"cancel_requested_at" timestamp (3) with time zone,
	"follow_up_at" timestamp (3) with time zone,
	"parent_task_run_id" bigint,
	"tasks_left" integer DEFAULT 0 NOT NULL,
	"tasks_failed" integer DEFAULT 0 NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"status" "run_status" DEFAULT 'PENDING' NOT NULL,
	"trigger" "run_trigger" NOT NULL,
	"is_exclusive" boolean DEFAULT false NOT NULL,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_by" text,
	"reason" text,
	"error_message" text,
	"notification_executions" bigint[] DEFAULT '{}' NOT NULL,
	"external_run_id" text,
	CONSTRAINT "schedule_runs_finished_at_matches_status" CHECK ((finished_at IS NOT NULL) = (status NOT IN ('PENDING', 'RUNNING'))),
	CONSTRAINT "schedule_runs_tasks_left_not_negative" CHECK (tasks_left >= 0)
);
--> statement-breakpoint
CREATE TABLE "schedule_tasks" (
	"version_id" bigint NOT NULL,
	"no" integer NOT NULL,
	"parents" integer NOT NULL,
	"max_retry" integer DEFAULT 0 NOT NULL,
	"retry_delay_seconds" integer DEFAULT 10 NOT NULL,
	"timeout_seconds" integer,
	"kind" "task_kind" DEFAULT 'handler' NOT NULL,
	"trigger_rule" "trigger_rule" DEFAULT 'all_success' NOT NULL,
	"retry_backoff" "retry_backoff" DEFAULT 'exponential' NOT NULL,
	"priority" smallint DEFAULT 0 NOT NULL,
	"is_decided" boolean DEFAULT false NOT NULL,
	"key" text NOT NULL,
	"queue" text DEFAULT 'default' NOT NULL,
	"handler_name" text,
	"params" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"spec" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "schedule_tasks_pkey" PRIMARY KEY("version_id","no"),
	CONSTRAINT "schedule_tasks_handler_matches_kind" CHECK ((handler_name IS NOT NULL) = (kind = 'handler'))
);
--> statement-breakpoint
CREATE TABLE "schedule_versions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "schedule_versions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"schedule_id" bigint NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "schedules_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"title" text NOT NULL,
	"description" text,
	"owner" text,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"engine" "schedule_engine" DEFAULT 'jobu' NOT NULL,
	"engine_state" jsonb,
	"engine_sync_at" timestamp (3) with time zone,
	"version_id" bigint,
	"cron_expression" text,
	"frequency" "schedule_frequency",
	"frequency_time" jsonb,
	"timezone" text NOT NULL,
	"day_match" "day_match" DEFAULT 'or' NOT NULL,
	"start_date" timestamp (3) with time zone,
	"end_date" timestamp (3) with time zone,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"overlap_policy" "overlap_policy" DEFAULT 'skip' NOT NULL,
	"max_active_runs" integer DEFAULT 16 NOT NULL,
	"misfire_policy" "misfire_policy" DEFAULT 'fire_once' NOT NULL,
	"misfire_limit" integer DEFAULT 100 NOT NULL,
	"misfire_grace_seconds" integer DEFAULT 86400 NOT NULL,
	"notifications" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"next_run_at" timestamp (3) with time zone,
	"completed_at" timestamp (3) with time zone,
	"disabled_reason" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone,
	CONSTRAINT "schedules_deleted_is_disabled" CHECK (deleted_at IS NULL OR NOT is_enabled),
	CONSTRAINT "schedules_window_is_forward" CHECK (end_date > start_date),
	CONSTRAINT "schedules_max_active_runs_range" CHECK (max_active_runs BETWEEN 1 AND 10000),
	CONSTRAINT "schedules_misfire_limit_range" CHECK (misfire_limit BETWEEN 1 AND 10000),
	CONSTRAINT "schedules_next_run_at_is_finite" CHECK (isfinite(next_run_at))
);
--> statement-breakpoint
CREATE TABLE "signals" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "signals_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"sent_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"name" text NOT NULL,
	"payload" jsonb,
	"sent_by" text
);
--> statement-breakpoint
CREATE TABLE "task_runs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "task_runs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" bigint NOT NULL,
	"version_id" bigint NOT NULL,
	"execution_id" bigint,
	"execution_time" timestamp (3) with time zone,
	"earlier_executions" bigint[] DEFAULT '{}' NOT NULL,
	"child_run_id" bigint,
	"attention_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"task_no" integer NOT NULL,
	"item" integer DEFAULT -1 NOT NULL,
	"waiting" integer DEFAULT 0 NOT NULL,
	"succeeded" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"items" integer DEFAULT 0 NOT NULL,
	"items_left" integer DEFAULT 0 NOT NULL,
	"items_failed" integer DEFAULT 0 NOT NULL,
	"state" "task_state" DEFAULT 'WAITING' NOT NULL,
	"reason" text,
	"error_message" text,
	"result" jsonb,
	CONSTRAINT "task_runs_finished_at_matches_state" CHECK ((finished_at IS NOT NULL) = (state IN ('SUCCESS', 'FAILED', 'TIMEOUT', 'CANCELLED', 'SKIPPED'))),
	CONSTRAINT "task_runs_counts_not_negative" CHECK (waiting >= 0 AND items_left >= 0),
	CONSTRAINT "task_runs_queued_has_execution" CHECK (state <> 'QUEUED' OR execution_id IS NOT NULL)
);
--> statement-breakpoint
ALTER TABLE "job_executions" ADD COLUMN "task_run_id" bigint;--> statement-breakpoint
ALTER TABLE "artifact_chunks" ADD CONSTRAINT "artifact_chunks_artifact_id_artifacts_id_fk" FOREIGN KEY ("artifact_id") REFERENCES "public"."artifacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "artifacts_name_key" ON "artifacts" USING btree ("execution_id","attempt","name");--> statement-breakpoint
CREATE INDEX "artifacts_run_idx" ON "artifacts" USING btree ("run_id") WHERE run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "artifacts_time_idx" ON "artifacts" USING btree ("scheduled_time");--> statement-breakpoint
CREATE INDEX "artifacts_unfinished_idx" ON "artifacts" USING btree ("created_at") WHERE finished_at IS NULL;--> statement-breakpoint
CREATE INDEX "schedule_run_deltas_quarter_idx" ON "schedule_run_deltas" USING btree ("quarter");--> statement-breakpoint
CREATE UNIQUE INDEX "schedule_runs_slot_key" ON "schedule_runs" USING btree ("schedule_id","scheduled_time") WHERE trigger = 'cron';--> statement-breakpoint
CREATE UNIQUE INDEX "schedule_runs_external_key" ON "schedule_runs" USING btree ("schedule_id","external_run_id") WHERE external_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "schedule_runs_parent_idx" ON "schedule_runs" USING btree ("parent_task_run_id") WHERE parent_task_run_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX "schedule_runs_list_idx" ON "schedule_runs" USING btree ("schedule_id","scheduled_time","id");--> statement-breakpoint
CREATE INDEX "schedule_runs_time_idx" ON "schedule_runs" USING btree ("scheduled_time","id");--> statement-breakpoint
CREATE INDEX "schedule_runs_active_idx" ON "schedule_runs" USING btree ("schedule_id","id") WHERE status IN ('PENDING', 'RUNNING');--> statement-breakpoint
CREATE INDEX "schedule_runs_cancel_idx" ON "schedule_runs" USING btree ("cancel_requested_at") WHERE cancel_requested_at IS NOT NULL AND status = 'RUNNING';--> statement-breakpoint
CREATE INDEX "schedule_runs_follow_up_idx" ON "schedule_runs" USING btree ("follow_up_at") WHERE follow_up_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "schedule_tasks_key_key" ON "schedule_tasks" USING btree ("version_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "schedule_versions_version_key" ON "schedule_versions" USING btree ("schedule_id","version");--> statement-breakpoint
CREATE INDEX "schedules_due_idx" ON "schedules" USING btree ("next_run_at") WHERE is_enabled AND next_run_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "schedules_engine_idx" ON "schedules" USING btree ("engine_sync_at") WHERE engine_sync_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX "signals_name_idx" ON "signals" USING btree ("name","sent_at");--> statement-breakpoint
CREATE INDEX "signals_sent_idx" ON "signals" USING btree ("sent_at");--> statement-breakpoint
-- Rows are updated in place as they move on, a run's with each of its tasks.
ALTER TABLE "task_runs" SET (fillfactor = 70);--> statement-breakpoint
ALTER TABLE "schedule_runs" SET (fillfactor = 50);--> statement-breakpoint
CREATE UNIQUE INDEX "task_runs_task_key" ON "task_runs" USING btree ("run_id","task_no","item");--> statement-breakpoint
CREATE INDEX "task_runs_event_idx" ON "task_runs" USING btree (("result" ->> 'event')) WHERE item = -1 AND result ->> 'event' IS NOT NULL;--> statement-breakpoint
CREATE INDEX "task_runs_attention_idx" ON "task_runs" USING btree ("attention_at") WHERE attention_at IS NOT NULL;--> statement-breakpoint

-- A task is moved on by whoever settles its execution, in the same statement (completeExecutions, failExecutions, ...). All
-- of it happens under the lock of the run's row, so two parents that end at once come one after the other. The functions
-- below expect their caller to hold it, except for jobu_settle_tasks, which takes it. docs/workflows.md tells the rest.
-- What happened comes back as {"queues": [...], "is_decision_due": bool, "runs": [{"id", "schedule_id", "status"}]}.

-- What becomes of a task that waits: RUN, or the reason why it never will; null while that is open.
CREATE FUNCTION jobu_task_verdict(rule trigger_rule, waiting integer, succeeded integer, failed integer, skipped integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN rule = 'one_success' AND succeeded > 0 THEN 'RUN'
    WHEN rule = 'one_failed' AND failed > 0 THEN 'RUN'
    WHEN waiting > 0 THEN NULL
    WHEN succeeded + failed + skipped = 0 THEN 'RUN'
    WHEN rule = 'all_done' THEN 'RUN'
    WHEN rule = 'none_failed' AND failed = 0 THEN 'RUN'
    WHEN rule = 'all_success' AND failed = 0 AND skipped = 0 THEN 'RUN'
    WHEN rule = 'one_failed' THEN 'NOTHING_FAILED'
    WHEN failed > 0 THEN 'UPSTREAM_FAILED'
    ELSE 'UPSTREAM_SKIPPED'
  END
$$;--> statement-breakpoint

-- Makes the executions of tasks that have become QUEUED, under the ids these have. Params that were evaluated come as a JSON
-- array beside the ids. @returns their queues
CREATE FUNCTION jobu_enqueue_tasks(ids bigint[], evaluated jsonb DEFAULT NULL) RETURNS text[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  queues text[];
BEGIN
  WITH written AS (
    INSERT INTO job_executions (id, scheduled_time, run_at, ready_at, param_source, handler_name, params, queue, priority,
      max_retry, retry_delay_seconds, retry_backoff, timeout_seconds, task_run_id)
    OVERRIDING SYSTEM VALUE
    SELECT t.execution_id, t.execution_time, t.execution_time, t.execution_time, 'schedule', d.handler_name,
      coalesce(given.params, d.params), d.queue, d.priority, d.max_retry, d.retry_delay_seconds, d.retry_backoff,
      d.timeout_seconds, t.id
    FROM ROWS FROM (unnest(ids), jsonb_array_elements(evaluated)) AS given (id, params)
    JOIN task_runs AS t ON t.id = given.id
    JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
    RETURNING queue
  )
  SELECT coalesce(array_agg(DISTINCT queue), '{}') INTO queues FROM written;
  RETURN queues;
END $$;--> statement-breakpoint

-- Applies the verdict to those of the tasks that wait. @returns those that are final by it, which others may wait for
CREATE FUNCTION jobu_judge_tasks(ids bigint[], OUT finals bigint[], OUT queues text[], OUT is_decision_due boolean)
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  queued bigint[];
BEGIN
  WITH judged AS (
    SELECT t.id, d.is_decided, jobu_task_verdict(d.trigger_rule, t.waiting, t.succeeded, t.failed, t.skipped) AS verdict
    FROM task_runs AS t JOIN schedule_tasks AS d ON d.version_id = t.version_id AND d.no = t.task_no
    WHERE t.id = ANY (ids) AND t.state = 'WAITING'
    ORDER BY t.task_no
  ), moved AS (
    UPDATE task_runs AS t
    SET state = CASE WHEN v.verdict <> 'RUN' THEN 'SKIPPED' WHEN v.is_decided THEN 'DECIDING' ELSE 'QUEUED' END::task_state,
        reason = nullif(v.verdict, 'RUN'),
        finished_at = CASE WHEN v.verdict <> 'RUN' THEN clock_timestamp() END,
        attention_at = CASE WHEN v.verdict = 'RUN' AND v.is_decided THEN clock_timestamp() END,
        execution_id = CASE WHEN v.verdict = 'RUN' AND NOT v.is_decided THEN nextval('job_executions_id_seq') ELSE t.execution_id END,
        -- clock_timestamp(): now() lies far back in a handler's own long transaction, and claims have passed it by.
        execution_time = CASE WHEN v.verdict = 'RUN' AND NOT v.is_decided THEN clock_timestamp() ELSE t.execution_time END
    FROM judged AS v WHERE t.id = v.id AND v.verdict IS NOT NULL
    RETURNING t.id, t.state
  )
  SELECT coalesce(array_agg(id) FILTER (WHERE state = 'SKIPPED'), '{}'), array_agg(id) FILTER (WHERE state = 'QUEUED'),
    coalesce(bool_or(state = 'DECIDING'), false)
  INTO finals, queued, is_decision_due FROM moved;
  queues := CASE WHEN queued IS NULL THEN '{}' ELSE jobu_enqueue_tasks(queued) END;
END $$;--> statement-breakpoint

-- Wakes those who have something to do now, and tells those who watch.
CREATE FUNCTION jobu_tell_advance(advance jsonb) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM pg_notify('jobu_work', queue) FROM jsonb_array_elements_text(advance -> 'queues') AS q (queue);
  IF (advance ->> 'is_decision_due')::boolean
    OR EXISTS (SELECT FROM jsonb_array_elements(advance -> 'runs') AS r WHERE r ->> 'status' NOT IN ('PENDING', 'RUNNING')) THEN
    PERFORM pg_notify('jobu_schedules', '');
  END IF;
  PERFORM jobu_tell('run', (advance -> 'runs')::json);
END $$;--> statement-breakpoint

-- What follows from tasks (or items) that have just become final: the tasks after them run, are skipped, or wait on; a run
-- ends with its last task. A skipped task is final as well, so it goes on in waves, each of them one statement. That there
-- are no items among them saves looking for them. Where many runs went on, only those that ended are told.
CREATE FUNCTION jobu_advance_tasks(wave bigint[], is_told boolean, has_items boolean DEFAULT true) RETURNS jsonb
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  tasks bigint[];
  joined bigint[];
  moved record;
  queues text[] := '{}';
  is_decision_due boolean := false;
  runs bigint[] := '{}';
  advance jsonb;
BEGIN
  WHILE cardinality(wave) > 0 LOOP
    tasks := wave;
    IF has_items THEN
      has_items := false;
      tasks := ARRAY (SELECT id FROM task_runs WHERE id = ANY (wave) AND item = -1);
      WITH ended AS (
        SELECT run_id, task_no, count(*)::integer AS n, (count(*) FILTER (WHERE state NOT IN ('SUCCESS', 'SKIPPED')))::integer AS bad
        FROM task_runs WHERE id = ANY (wave) AND item >= 0 GROUP BY run_id, task_no
      ), counted AS (
        UPDATE task_runs AS t
        SET items_left = t.items_left - ended.n, items_failed = t.items_failed + ended.bad,
            state = CASE
              WHEN t.items_left > ended.n THEN t.state
              WHEN t.items_failed + ended.bad = 0 THEN 'SUCCESS'
              WHEN r.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
              ELSE 'FAILED'
            END::task_state,
            reason = CASE WHEN t.items_left = ended.n AND t.items_failed + ended.bad > 0
              THEN CASE WHEN r.cancel_requested_at IS NOT NULL THEN 'RUN_CANCELLED' ELSE 'ITEM_FAILED' END END,
            finished_at = CASE WHEN t.items_left = ended.n THEN clock_timestamp() END
        FROM ended JOIN schedule_runs AS r ON r.id = ended.run_id
        WHERE t.run_id = ended.run_id AND t.task_no = ended.task_no AND t.item = -1 AND t.state = 'EXPANDED'
        RETURNING t.id, t.finished_at
      ), recounted AS (
        -- Of a task that a person has ended before its items.
        UPDATE task_runs AS t SET items_left = t.items_left - ended.n, items_failed = t.items_failed + ended.bad
        FROM ended
        WHERE t.run_id = ended.run_id AND t.task_no = ended.task_no AND t.item = -1 AND t.state <> 'EXPANDED'
      )
      SELECT coalesce(array_agg(id), '{}') INTO joined FROM counted WHERE finished_at IS NOT NULL;
      tasks := tasks || joined;
    END IF;
    EXIT WHEN cardinality(tasks) = 0;

    WITH ended AS MATERIALIZED (
      SELECT run_id, version_id, task_no, state, reason FROM task_runs WHERE id = ANY (tasks)
    ), counted AS (
      SELECT t.run_id, t.version_id, e.child_no, count(*)::integer AS n,
        (count(*) FILTER (WHERE t.state = 'SUCCESS'))::integer AS succeeded,
        (count(*) FILTER (WHERE t.state = 'SKIPPED' AND t.reason IS DISTINCT FROM 'UPSTREAM_FAILED'))::integer AS skipped
      FROM ended AS t JOIN schedule_edges AS e ON e.version_id = t.version_id AND e.parent_no = t.task_no
      GROUP BY t.run_id, t.version_id, e.child_no
    ), summed AS (
      SELECT t.id, t.state, t.waiting - n.n AS waiting, t.succeeded + n.succeeded AS succeeded,
        t.failed + n.n - n.succeeded - n.skipped AS failed, t.skipped + n.skipped AS skipped,
        d.is_decided, d.trigger_rule, d.handler_name, d.params, d.queue, d.priority, d.max_retry, d.retry_delay_seconds,
        d.retry_backoff, d.timeout_seconds
      FROM counted AS n
      JOIN task_runs AS t ON t.run_id = n.run_id AND t.task_no = n.child_no AND t.item = -1
      JOIN schedule_tasks AS d ON d.version_id = n.version_id AND d.no = n.child_no
    ), judged AS MATERIALIZED (
      SELECT *, CASE WHEN state = 'WAITING' THEN jobu_task_verdict(trigger_rule, waiting, succeeded, failed, skipped) END AS verdict
      FROM summed
    ), written AS (
      UPDATE task_runs AS t
      SET waiting = v.waiting, succeeded = v.succeeded, failed = v.failed, skipped = v.skipped,
          state = CASE
            WHEN v.verdict IS NULL THEN t.state
            WHEN v.verdict <> 'RUN' THEN 'SKIPPED'
            WHEN v.is_decided THEN 'DECIDING'
            ELSE 'QUEUED'
          END::task_state,
          reason = CASE WHEN v.verdict <> 'RUN' THEN v.verdict ELSE t.reason END,
          finished_at = CASE WHEN v.verdict <> 'RUN' THEN clock_timestamp() ELSE t.finished_at END,
          attention_at = CASE WHEN v.verdict = 'RUN' AND v.is_decided THEN clock_timestamp() ELSE t.attention_at END,
          execution_id = CASE WHEN v.verdict = 'RUN' AND NOT v.is_decided THEN nextval('job_executions_id_seq') ELSE t.execution_id END,
          execution_time = CASE WHEN v.verdict = 'RUN' AND NOT v.is_decided THEN clock_timestamp() ELSE t.execution_time END
      FROM judged AS v WHERE t.id = v.id
      RETURNING t.id, t.execution_id, t.execution_time, v.verdict, v.is_decided, v.handler_name, v.params, v.queue, v.priority,
        v.max_retry, v.retry_delay_seconds, v.retry_backoff, v.timeout_seconds
    ), enqueued AS (
      INSERT INTO job_executions (id, scheduled_time, run_at, ready_at, param_source, handler_name, params, queue, priority,
        max_retry, retry_delay_seconds, retry_backoff, timeout_seconds, task_run_id)
      OVERRIDING SYSTEM VALUE
      SELECT execution_id, execution_time, execution_time, execution_time, 'schedule', handler_name, params, queue, priority,
        max_retry, retry_delay_seconds, retry_backoff, timeout_seconds, id
      FROM written WHERE verdict = 'RUN' AND NOT is_decided
      RETURNING queue
    ), closed AS (
      UPDATE schedule_runs AS r
      SET tasks_left = r.tasks_left - e.n, tasks_failed = r.tasks_failed + e.failed,
          status = CASE
            WHEN r.tasks_left > e.n THEN r.status
            WHEN r.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
            WHEN r.tasks_failed + e.failed > 0 THEN 'FAILED'
            ELSE 'SUCCESS'
          END::run_status,
          finished_at = CASE WHEN r.tasks_left = e.n THEN clock_timestamp() END,
          follow_up_at = CASE WHEN r.tasks_left = e.n THEN clock_timestamp() END
      FROM (
        SELECT run_id, count(*)::integer AS n, (count(*) FILTER (WHERE state IN ('FAILED', 'TIMEOUT', 'CANCELLED')))::integer AS failed
        FROM ended GROUP BY run_id
      ) AS e WHERE r.id = e.run_id
      RETURNING r.id, r.status
    )
    SELECT coalesce(array_agg(id) FILTER (WHERE verdict <> 'RUN'), '{}') AS finals,
      coalesce(bool_or(verdict = 'RUN' AND is_decided), false) AS is_decision_due,
      ARRAY (SELECT queue FROM enqueued GROUP BY queue) AS queues, ARRAY (SELECT id FROM closed WHERE status <> 'RUNNING' OR (SELECT count(*) FROM closed) <= 50) AS runs
    INTO moved FROM written;
    wave := moved.finals;
    queues := queues || moved.queues;
    is_decision_due := is_decision_due OR moved.is_decision_due;
    runs := runs || moved.runs;
  END LOOP;
  advance := jsonb_build_object(
    'queues', ARRAY (SELECT DISTINCT unnest(queues)), 'is_decision_due', is_decision_due,
    'runs', (
      SELECT coalesce(json_agg(json_build_object('id', id, 'schedule_id', schedule_id, 'status', status)), '[]')
      FROM schedule_runs WHERE id = ANY (runs)));
  IF is_told THEN PERFORM jobu_tell_advance(advance); END IF;
  RETURN advance;
END $$;--> statement-breakpoint

-- Executions of tasks have ended: called by the statement that ends them. An execution that is no longer its task's, since
-- a rerun gave that another one, changes nothing. Runs are locked after executions, and by id.
CREATE FUNCTION jobu_settle_tasks(tasks bigint[], executions bigint[], statuses text[], is_told boolean) RETURNS jsonb
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  wave bigint[];
  has_items boolean;
BEGIN
  -- As an array: the primary key then gives the rows in its order. Engine sessions do not sort, and would walk all runs.
  PERFORM FROM schedule_runs WHERE id = ANY (ARRAY (SELECT run_id FROM task_runs WHERE id = ANY (tasks))) ORDER BY id FOR NO KEY UPDATE;
  WITH ended AS (
    UPDATE task_runs AS t SET state = s.status::task_state, finished_at = clock_timestamp()
    FROM unnest(tasks, executions, statuses) AS s (id, execution_id, status)
    WHERE t.id = s.id AND t.execution_id = s.execution_id AND t.state = 'QUEUED'
    RETURNING t.id, t.item
  )
  SELECT coalesce(array_agg(id), '{}'), coalesce(bool_or(item >= 0), false) INTO wave, has_items FROM ended;
  RETURN jobu_advance_tasks(wave, is_told, has_items);
END $$;--> statement-breakpoint

-- Runs that are PENDING begin: their tasks are made, and those that wait for none run. @returns the runs that did
CREATE FUNCTION jobu_start_runs(runs bigint[]) RETURNS bigint[]
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  made record;
BEGIN
  PERFORM FROM schedule_runs WHERE id = ANY (runs) ORDER BY id FOR NO KEY UPDATE;
  WITH started AS (
    UPDATE schedule_runs AS r
    SET status = 'RUNNING', started_at = clock_timestamp(),
        tasks_left = (SELECT count(*) FROM schedule_tasks AS d WHERE d.version_id = r.version_id)
    WHERE r.id = ANY (runs) AND r.status = 'PENDING'
    RETURNING r.id, r.schedule_id, r.version_id, r.status
  ), written AS (
    INSERT INTO task_runs (run_id, version_id, task_no, waiting, state, attention_at, execution_id, execution_time)
    SELECT s.id, d.version_id, d.no, d.parents,
      CASE WHEN d.parents > 0 THEN 'WAITING' WHEN d.is_decided THEN 'DECIDING' ELSE 'QUEUED' END::task_state,
      CASE WHEN d.parents = 0 AND d.is_decided THEN clock_timestamp() END,
      CASE WHEN d.parents = 0 AND NOT d.is_decided THEN nextval('job_executions_id_seq') END,
      CASE WHEN d.parents = 0 AND NOT d.is_decided THEN clock_timestamp() END
    FROM started AS s JOIN schedule_tasks AS d ON d.version_id = s.version_id
    RETURNING id, state
  ), released AS (
    SELECT coalesce(array_agg(id) FILTER (WHERE state = 'QUEUED'), '{}') AS queued,
      coalesce(bool_or(state = 'DECIDING'), false) AS is_decision_due
    FROM written
  ), changed AS (
    SELECT coalesce(array_agg(id), '{}') AS ids,
      coalesce(json_agg(json_build_object('id', id, 'schedule_id', schedule_id, 'status', status)), '[]') AS told
    FROM started
  )
  SELECT * INTO made FROM released, changed;
  PERFORM jobu_tell_advance(jsonb_build_object(
    'queues', CASE WHEN cardinality(made.queued) > 0 THEN to_jsonb(jobu_enqueue_tasks(made.queued)) ELSE '[]' END,
    'is_decision_due', made.is_decision_due, 'runs', made.told));
  RETURN made.ids;
END $$;--> statement-breakpoint

-- A run is to end: what waits is cancelled, and a run without anything that runs ends at once. What runs is asked to stop
-- by continueCancels, in transactions of its own: executions are locked before runs. @returns false for one that has ended
CREATE FUNCTION jobu_cancel_run(run bigint, why text, message text) RETURNS boolean
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  cancelled schedule_runs;
  wave bigint[];
BEGIN
  UPDATE schedule_runs AS r
  SET cancel_requested_at = coalesce(r.cancel_requested_at, clock_timestamp()), reason = coalesce(r.reason, why),
      error_message = coalesce(r.error_message, message),
      status = CASE WHEN r.status = 'PENDING' THEN 'CANCELLED' ELSE r.status END,
      finished_at = CASE WHEN r.status = 'PENDING' THEN clock_timestamp() END,
      follow_up_at = CASE WHEN r.status = 'PENDING' THEN clock_timestamp() END
  WHERE r.id = run AND r.status IN ('PENDING', 'RUNNING')
  RETURNING * INTO cancelled;
  IF NOT FOUND THEN RETURN false; END IF;
  WITH ended AS (
    UPDATE task_runs SET state = 'CANCELLED', reason = 'RUN_CANCELLED', finished_at = clock_timestamp(), attention_at = NULL
    WHERE run_id = run AND state IN ('WAITING', 'DECIDING', 'AWAITING')
    RETURNING id
  )
  SELECT coalesce(array_agg(id), '{}') INTO wave FROM ended;
  PERFORM jobu_advance_tasks(wave, true);
  IF cardinality(wave) = 0 THEN
    PERFORM jobu_tell('run', json_build_array(json_build_object('id', run, 'schedule_id', cancelled.schedule_id, 'status', cancelled.status)));
  END IF;
  PERFORM pg_notify('jobu_schedules', '');
  RETURN true;
END $$;--> statement-breakpoint

-- Tasks of a run were changed by hand: they wait anew, or ended otherwise than they had. The counts of all its tasks and its
-- own are made from the rows, what waits is judged, and a run that has ended goes on, or ends with another status.
CREATE FUNCTION jobu_resume_run(run bigint) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  resumed schedule_runs;
  judged record;
  advance jsonb;
BEGIN
  WITH counted AS (
    SELECT c.id, (count(*) FILTER (WHERE p.finished_at IS NULL))::integer AS waiting,
      (count(*) FILTER (WHERE p.state = 'SUCCESS'))::integer AS succeeded,
      (count(*) FILTER (WHERE p.state IN ('FAILED', 'TIMEOUT', 'CANCELLED') OR p.state = 'SKIPPED' AND p.reason = 'UPSTREAM_FAILED'))::integer AS failed,
      (count(*) FILTER (WHERE p.state = 'SKIPPED' AND p.reason IS DISTINCT FROM 'UPSTREAM_FAILED'))::integer AS skipped
    FROM task_runs AS p
    JOIN schedule_edges AS e ON e.version_id = p.version_id AND e.parent_no = p.task_no
    JOIN task_runs AS c ON c.run_id = p.run_id AND c.task_no = e.child_no AND c.item = -1
    WHERE p.run_id = run AND p.item = -1
    GROUP BY c.id
  )
  UPDATE task_runs AS t
  SET waiting = c.waiting, succeeded = c.succeeded, failed = c.failed, skipped = c.skipped
  FROM counted AS c
  WHERE t.id = c.id AND (t.waiting, t.succeeded, t.failed, t.skipped) <> (c.waiting, c.succeeded, c.failed, c.skipped);

  UPDATE schedule_runs AS r
  SET tasks_left = c.unfinished, tasks_failed = c.failed,
      status = CASE
        WHEN c.unfinished > 0 THEN 'RUNNING'
        WHEN r.cancel_requested_at IS NOT NULL THEN 'CANCELLED'
        WHEN c.failed > 0 THEN 'FAILED'
        ELSE 'SUCCESS'
      END::run_status,
      finished_at = CASE WHEN c.unfinished = 0 THEN coalesce(r.finished_at, clock_timestamp()) END,
      -- Of an end that is already followed up nothing follows again.
      follow_up_at = CASE WHEN c.unfinished > 0 THEN NULL WHEN r.finished_at IS NULL THEN clock_timestamp() ELSE r.follow_up_at END,
      cancel_requested_at = CASE WHEN c.unfinished = 0 OR r.finished_at IS NULL THEN r.cancel_requested_at END
  FROM (
    SELECT count(*) FILTER (WHERE finished_at IS NULL) AS unfinished,
      count(*) FILTER (WHERE state IN ('FAILED', 'TIMEOUT', 'CANCELLED')) AS failed
    FROM task_runs WHERE run_id = run AND item = -1
  ) AS c
  WHERE r.id = run
  RETURNING * INTO resumed;

  SELECT * INTO judged
  FROM jobu_judge_tasks(ARRAY (SELECT id FROM task_runs WHERE run_id = run AND item = -1 AND state = 'WAITING' ORDER BY task_no));
  advance := jobu_advance_tasks(judged.finals, false);
  PERFORM jobu_tell_advance(jsonb_build_object(
    'queues', to_jsonb(judged.queues) || (advance -> 'queues'),
    'is_decision_due', judged.is_decision_due OR (advance ->> 'is_decision_due')::boolean,
    'runs', CASE WHEN advance -> 'runs' = '[]' THEN
      jsonb_build_array(jsonb_build_object('id', run, 'schedule_id', resumed.schedule_id, 'status', resumed.status))
      ELSE advance -> 'runs' END));
END $$;--> statement-breakpoint

-- Ends the tasks that wait for an event which has been sent since their run was made; all, or those of one event. @returns
-- how many
CREATE FUNCTION jobu_match_signals(event text) RETURNS integer
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  runs bigint[] := ARRAY (
    SELECT DISTINCT t.run_id FROM task_runs AS t JOIN schedule_runs AS r ON r.id = t.run_id
    WHERE t.item = -1 AND t.result ->> 'event' IS NOT NULL AND (event IS NULL OR t.result ->> 'event' = event)
      AND t.state = 'AWAITING'
      AND EXISTS (SELECT FROM signals AS s WHERE s.name = t.result ->> 'event' AND s.sent_at >= r.created_at));
  wave bigint[];
BEGIN
  IF cardinality(runs) = 0 THEN RETURN 0; END IF;
  PERFORM FROM schedule_runs WHERE id = ANY (runs) ORDER BY id FOR NO KEY UPDATE;
  WITH matched AS (
    SELECT t.id, s.id AS signal_id, s.payload, s.sent_at
    FROM task_runs AS t JOIN schedule_runs AS r ON r.id = t.run_id
    CROSS JOIN LATERAL (
      SELECT * FROM signals WHERE name = t.result ->> 'event' AND sent_at >= r.created_at ORDER BY name, sent_at LIMIT 1
    ) AS s
    WHERE t.run_id = ANY (runs) AND t.item = -1 AND t.result ->> 'event' IS NOT NULL
      AND (event IS NULL OR t.result ->> 'event' = event) AND t.state = 'AWAITING'
  ), ended AS (
    UPDATE task_runs AS t
    SET state = 'SUCCESS', finished_at = clock_timestamp(), attention_at = NULL,
        result = jsonb_build_object('signal_id', m.signal_id, 'payload', m.payload, 'sent_at', jobu_iso(m.sent_at))
    FROM matched AS m WHERE t.id = m.id
    RETURNING t.id
  )
  SELECT coalesce(array_agg(id), '{}') INTO wave FROM ended;
  PERFORM jobu_advance_tasks(wave, true);
  RETURN cardinality(wave);
END $$;--> statement-breakpoint

-- Keeps the statistics whoever changes a run. They count by scheduled_time, which a run keeps.
CREATE FUNCTION jobu_count_runs() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  INSERT INTO schedule_run_deltas (quarter, schedule_id, status, change)
  SELECT date_bin('15 minutes', NEW.scheduled_time, '2000-01-01 00:00:00Z'), NEW.schedule_id, c.status, c.change
  FROM (VALUES (NEW.status, 1), (CASE WHEN TG_OP = 'UPDATE' THEN OLD.status END, -1)) AS c (status, change)
  WHERE c.status IS NOT NULL;
  RETURN NULL;
END $$;--> statement-breakpoint

CREATE TRIGGER schedule_runs_counted AFTER INSERT ON "schedule_runs" FOR EACH ROW EXECUTE FUNCTION jobu_count_runs();--> statement-breakpoint
CREATE TRIGGER schedule_runs_recounted AFTER UPDATE OF status ON "schedule_runs"
FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION jobu_count_runs();--> statement-breakpoint

-- Wakes the dispatchers when a person, the API or plain SQL changes what may be due. A fire does not write these columns.
CREATE FUNCTION jobu_notify_schedules() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('jobu_schedules', ''); RETURN NULL; END $$;--> statement-breakpoint

CREATE TRIGGER schedules_changed
AFTER INSERT OR UPDATE OF cron_expression, frequency, timezone, day_match, is_enabled, start_date, end_date, engine, max_active_runs ON "schedules"
FOR EACH STATEMENT EXECUTE FUNCTION jobu_notify_schedules();
