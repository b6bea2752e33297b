-- Purpose: what the admin API needs: users, sessions, tokens, the audit log, the scheduler's state, totals of executions,
--          what crons were at any time, backfilled slots, events.
-- Locks:   ACCESS EXCLUSIVE on execution_stat_deltas, job_executions and cron_jobs for an instant and on execution_stats while
--          it is rewritten; the totals are counted in one scan of job_executions, so stop the services first (they refuse to
--          start on a database that is behind anyway).
-- Way back: DROP the tables, functions and the type below, the triggers on cron_jobs and the columns added to
--          execution_stat_deltas and job_executions; the value 'backfill' of execution_wait may stay. The histograms of
--          execution_stats start anew as arrays; counts and sums stay.
-- Made by drizzle-kit from src/schema, then the functions, triggers and rows at its end added by hand.

CREATE TYPE "public"."user_role" AS ENUM('viewer', 'operator', 'admin');--> statement-breakpoint
ALTER TYPE "public"."execution_wait" ADD VALUE 'backfill';--> statement-breakpoint
CREATE TABLE "api_tokens" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_tokens_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"token_hash" text NOT NULL,
	"prefix" text NOT NULL,
	"role" "user_role" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_name" text NOT NULL,
	"actor_id" bigint,
	"action" text NOT NULL,
	"target_type" text NOT NULL,
	"target_id" text,
	"target_name" text,
	"before" jsonb,
	"after" jsonb,
	"request_id" text,
	"address" text
);
--> statement-breakpoint
CREATE TABLE "cron_revisions" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cron_revisions_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"job_id" bigint NOT NULL,
	"valid_from" timestamp (3) with time zone NOT NULL,
	"start_at" timestamp (3) with time zone,
	"end_at" timestamp (3) with time zone,
	"next_run_at" timestamp (3) with time zone,
	"replaced_next_run_at" timestamp (3) with time zone,
	"replaced_completed_at" timestamp (3) with time zone,
	"is_enabled" boolean NOT NULL,
	"day_match" "day_match" NOT NULL,
	"cron_expression" text NOT NULL,
	"timezone" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "execution_stats_hourly" (
	"hour" timestamp (3) with time zone NOT NULL,
	"count" bigint NOT NULL,
	"duration_sum_ms" bigint NOT NULL,
	"duration_max_ms" integer NOT NULL,
	"lateness_sum_ms" bigint NOT NULL,
	"lateness_max_ms" integer NOT NULL,
	"status" "execution_status" NOT NULL,
	"handler_name" text NOT NULL,
	"duration_histogram" numeric NOT NULL,
	"lateness_histogram" numeric NOT NULL,
	CONSTRAINT "execution_stats_hourly_pkey" PRIMARY KEY("handler_name","hour","status")
);
--> statement-breakpoint
CREATE TABLE "execution_failures_hourly" (
	"hour" timestamp (3) with time zone NOT NULL,
	"job_id" bigint NOT NULL,
	"count" integer NOT NULL,
	CONSTRAINT "execution_failures_hourly_pkey" PRIMARY KEY("hour","job_id")
);
--> statement-breakpoint
CREATE TABLE "execution_stats_all_time" (
	"count" bigint NOT NULL,
	"status" "execution_status" NOT NULL,
	"handler_name" text NOT NULL,
	CONSTRAINT "execution_stats_all_time_pkey" PRIMARY KEY("handler_name","status")
);
--> statement-breakpoint
CREATE TABLE "execution_totals" (
	"month" timestamp (3) with time zone NOT NULL,
	"count" bigint NOT NULL,
	"status" "execution_status" NOT NULL,
	"param_source" "param_source" NOT NULL,
	"priority" smallint NOT NULL,
	"handler_name" text NOT NULL,
	"queue" text NOT NULL,
	CONSTRAINT "execution_totals_pkey" PRIMARY KEY("month","handler_name","queue","param_source","priority","status")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" varchar(255) PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "scheduler_state" (
	"id" smallint PRIMARY KEY DEFAULT 1 NOT NULL,
	"is_running" boolean DEFAULT true NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"changed_by" text,
	"reserved_at" timestamp (3) with time zone,
	"reserved_until" timestamp (3) with time zone,
	"reserved_by" text,
	"reservation_reason" text,
	"reserved_for_execution" bigint,
	"reserved_for_time" timestamp (3) with time zone,
	CONSTRAINT "scheduler_state_is_one_row" CHECK (id = 1),
	CONSTRAINT "scheduler_state_reservation_is_whole" CHECK (num_nulls(reserved_at, reserved_until, reserved_by, reservation_reason) IN (0, 4) AND num_nulls(reserved_for_execution, reserved_for_time) IN (0, 2))
);
--> statement-breakpoint
CREATE TABLE "scheduler_stops" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "scheduler_stops_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"stopped_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"stopped_by" text,
	"started_by" text
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id_hash" text PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"csrf_token" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"address" text,
	"user_agent" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "users_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"role" "user_role" NOT NULL,
	"is_enabled" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"password_changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_sign_in_at" timestamp (3) with time zone,
	CONSTRAINT "users_password_hash_is_scrypt" CHECK (password_hash LIKE 'scrypt$%')
);
--> statement-breakpoint
ALTER TABLE "execution_stat_deltas" ADD COLUMN "month" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "execution_stat_deltas" ADD COLUMN "total_change" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "execution_stat_deltas" ADD COLUMN "param_source" "param_source";--> statement-breakpoint
ALTER TABLE "execution_stat_deltas" ADD COLUMN "priority" smallint;--> statement-breakpoint
ALTER TABLE "execution_stat_deltas" ADD COLUMN "queue" text;--> statement-breakpoint
ALTER TABLE "job_executions" ADD COLUMN "backfill_limit" smallint;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "audit_log_at_idx" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_log_target_idx" ON "audit_log" USING btree ("target_type","target_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor_idx" ON "audit_log" USING btree ("actor_name","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_idx" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "cron_revisions_job_idx" ON "cron_revisions" USING btree ("job_id","valid_from","id");--> statement-breakpoint
CREATE INDEX "job_executions_backfill_idx" ON "job_executions" USING btree ("job_id","waiting_for","scheduled_time") WHERE status IN ('PENDING', 'RUNNING') AND backfill_limit IS NOT NULL;--> statement-breakpoint
DROP INDEX "job_executions_active_cron_idx";--> statement-breakpoint
CREATE INDEX "job_executions_active_cron_idx" ON "job_executions" USING btree ("job_id","backfill_limit") WHERE status IN ('PENDING', 'RUNNING') AND job_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "scheduler_stops_open_key" ON "scheduler_stops" USING btree ((started_at IS NULL)) WHERE started_at IS NULL;--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_idx" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_name_key" ON "users" USING btree (lower(name));
--> statement-breakpoint
-- Every message on jobu_events is {"id", "at", "event", "changes": [...], "more": {...}}: the changes as clients of
-- GET /events see them, and of those that were too many to tell how many there were of each kind.
CREATE FUNCTION jobu_iso(at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;--> statement-breakpoint

-- In as many messages as the changes need, since a payload holds less than 8000 bytes; in none where there are none.
CREATE FUNCTION jobu_tell(event text, changes json, more json DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  change text;
  part text := '';
  parts text[] := '{}';
BEGIN
  FOR change IN SELECT value::text FROM json_array_elements(changes) LOOP
    IF part <> '' AND octet_length(part) + octet_length(change) > 7000 THEN
      parts := parts || part;
      part := '';
    END IF;
    part := part || CASE WHEN part = '' THEN change ELSE ',' || change END;
  END LOOP;
  IF part <> '' OR more IS NOT NULL THEN parts := parts || part; END IF;
  FOR i IN 1 .. cardinality(parts) LOOP
    PERFORM pg_notify('jobu_events', format('{"id":"%s","at":"%s","event":"%s","changes":[%s]%s}',
      left(replace(gen_random_uuid()::text, '-', ''), 16), jobu_iso(clock_timestamp()), event, parts[i],
      CASE WHEN i = cardinality(parts) THEN ',"more":' || more::text END));
  END LOOP;
END $$;--> statement-breakpoint

-- Tells of every change to crons, whoever makes it: of a hundred one by one, of the others how many. EXECUTE plans for the
-- rows there are; a plan kept from a statement of one row would compare the thousand crons of a dispatch one by one, and
-- the engine's sessions have no hash join. The path is fixed because the session's own, pg_restore's for one, need not lead
-- to these functions.
CREATE FUNCTION jobu_tell_crons() RETURNS trigger
LANGUAGE plpgsql SET enable_hashjoin = on SET search_path FROM CURRENT AS $$
DECLARE
  most CONSTANT integer := 100;
  changed text := CASE TG_OP
    WHEN 'INSERT' THEN $q$ SELECT 'created' AS action, n.* FROM new_rows AS n LIMIT $1 $q$
    WHEN 'DELETE' THEN $q$ SELECT 'deleted' AS action, o.* FROM old_rows AS o WHERE o.deleted_at IS NULL LIMIT $1 $q$
    ELSE $q$
      SELECT CASE
          WHEN n.deleted_at IS NOT NULL THEN 'deleted'
          WHEN n.is_enabled <> o.is_enabled THEN CASE WHEN n.is_enabled THEN 'enabled' ELSE 'disabled' END
          -- Only a dispatch moves a next run that is due and leaves the version as it is.
          WHEN n.version = o.version AND o.next_run_at <= now() AND n.next_run_at IS DISTINCT FROM o.next_run_at
            THEN CASE WHEN n.completed_at IS NULL THEN 'fired' ELSE 'completed' END
          ELSE 'updated'
        END AS action, n.*
      FROM (SELECT * FROM new_rows LIMIT $1) AS n JOIN old_rows AS o USING (id) WHERE o.deleted_at IS NULL $q$
  END;
  rows text := CASE TG_OP WHEN 'DELETE' THEN 'old_rows' ELSE 'new_rows' END;
  told json;
  count integer;
BEGIN
  EXECUTE format($q$
    SELECT json_agg(json_build_object('id', id, 'action', action, 'name', left(name, 255),
        'handler_name', left(handler_name, 255), 'is_enabled', is_enabled, 'next_run_at', jobu_iso(next_run_at),
        'disabled_reason', left(disabled_reason, 300))), (SELECT count(*) FROM %I)
    FROM (%s) AS changed $q$, rows, changed) INTO told, count USING most;
  PERFORM jobu_tell('cron', told, CASE WHEN count > most THEN json_build_object(
    CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'DELETE' THEN 'deleted' ELSE 'changed' END, count - most) END);
  RETURN NULL;
END $$;--> statement-breakpoint

CREATE TRIGGER cron_jobs_told_insert AFTER INSERT ON "cron_jobs" REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION jobu_tell_crons();--> statement-breakpoint
CREATE TRIGGER cron_jobs_told_update AFTER UPDATE ON "cron_jobs" REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION jobu_tell_crons();--> statement-breakpoint
CREATE TRIGGER cron_jobs_told_delete AFTER DELETE ON "cron_jobs" REFERENCING OLD TABLE AS old_rows
FOR EACH STATEMENT EXECUTE FUNCTION jobu_tell_crons();--> statement-breakpoint

CREATE FUNCTION jobu_tell_scheduler() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM jobu_tell('scheduler', json_build_array(json_build_object('scheduler_running', NEW.is_running,
    'changed_at', jobu_iso(NEW.changed_at), 'changed_by', left(NEW.changed_by, 255),
    'has_active_reservation', coalesce(NEW.reserved_until > now(), false), 'reserved_until', jobu_iso(NEW.reserved_until),
    'reserved_by', left(NEW.reserved_by, 255), 'reservation_reason', left(NEW.reservation_reason, 500))));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER scheduler_state_told AFTER UPDATE ON "scheduler_state"
FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION jobu_tell_scheduler();--> statement-breakpoint

-- Its argument is the event's name. A heartbeat changes no status.
CREATE FUNCTION jobu_tell_service() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM jobu_tell(TG_ARGV[0], json_build_array(json_build_object('id', left(NEW.id, 255), 'status', NEW.status, 'hostname', left(NEW.hostname, 255))));
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER workers_told_insert AFTER INSERT ON "workers"
FOR EACH ROW EXECUTE FUNCTION jobu_tell_service('worker');--> statement-breakpoint
CREATE TRIGGER workers_told_update AFTER UPDATE ON "workers"
FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION jobu_tell_service('worker');--> statement-breakpoint
CREATE TRIGGER dispatchers_told_insert AFTER INSERT ON "dispatchers"
FOR EACH ROW EXECUTE FUNCTION jobu_tell_service('dispatcher');--> statement-breakpoint
CREATE TRIGGER dispatchers_told_update AFTER UPDATE ON "dispatchers"
FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION jobu_tell_service('dispatcher');
--> statement-breakpoint
INSERT INTO "scheduler_state" DEFAULT VALUES;--> statement-breakpoint

-- Wakes every service when the scheduler is started, stopped, reserved or free again, and keeps when it was stopped.
CREATE FUNCTION jobu_scheduler_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.is_running <> OLD.is_running THEN
    NEW.changed_at := clock_timestamp();
    IF NEW.is_running THEN
      UPDATE scheduler_stops SET started_at = NEW.changed_at, started_by = NEW.changed_by WHERE started_at IS NULL;
    ELSE
      INSERT INTO scheduler_stops (stopped_at, stopped_by) VALUES (NEW.changed_at, NEW.changed_by);
    END IF;
  END IF;
  PERFORM pg_notify('jobu_scheduler', '');
  RETURN NEW;
END $$;--> statement-breakpoint

CREATE TRIGGER scheduler_state_changed BEFORE UPDATE ON "scheduler_state" FOR EACH ROW EXECUTE FUNCTION jobu_scheduler_changed();--> statement-breakpoint

-- Whether a reservation still holds the queue: its time is not over, nor is the execution it is for. A function, so that
-- a claim, which asks this only while there is a reservation, does not open every partition for the question.
CREATE FUNCTION jobu_reservation_holds(until timestamptz, execution bigint, scheduled timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF until IS NULL OR until <= now() THEN RETURN false; END IF;
  RETURN execution IS NULL
    OR EXISTS (SELECT FROM job_executions WHERE id = execution AND scheduled_time = scheduled AND finished_at IS NULL);
END $$;--> statement-breakpoint

-- What a cron's instants are decided by, whenever it changes. A fire names none of the columns of the second trigger.
CREATE FUNCTION jobu_revise_crons() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO cron_revisions (job_id, valid_from, start_at, end_at, next_run_at, is_enabled, day_match, cron_expression, timezone)
    SELECT id, date_trunc('milliseconds', now()), start_at, end_at, next_run_at, is_enabled, day_match, cron_expression, timezone FROM created;
  ELSE
    INSERT INTO cron_revisions (job_id, valid_from, start_at, end_at, next_run_at, replaced_next_run_at, replaced_completed_at,
      is_enabled, day_match, cron_expression, timezone)
    VALUES (NEW.id, date_trunc('milliseconds', now()), NEW.start_at, NEW.end_at, NEW.next_run_at, OLD.next_run_at, OLD.completed_at,
      NEW.is_enabled, NEW.day_match, NEW.cron_expression, NEW.timezone);
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint

CREATE TRIGGER cron_jobs_created AFTER INSERT ON "cron_jobs" REFERENCING NEW TABLE AS created
FOR EACH STATEMENT EXECUTE FUNCTION jobu_revise_crons();--> statement-breakpoint

CREATE TRIGGER cron_jobs_revised
AFTER UPDATE OF cron_expression, timezone, day_match, is_enabled, start_at, end_at, version ON "cron_jobs" FOR EACH ROW
WHEN ((OLD.cron_expression, OLD.timezone, OLD.day_match, OLD.is_enabled, OLD.start_at, OLD.end_at, OLD.next_run_at)
  IS DISTINCT FROM (NEW.cron_expression, NEW.timezone, NEW.day_match, NEW.is_enabled, NEW.start_at, NEW.end_at, NEW.next_run_at))
EXECUTE FUNCTION jobu_revise_crons();--> statement-breakpoint

-- Of the crons that exist already nothing earlier is known.
INSERT INTO "cron_revisions" (job_id, valid_from, start_at, end_at, next_run_at, is_enabled, day_match, cron_expression, timezone)
SELECT id, date_trunc('milliseconds', now()), start_at, end_at, next_run_at, is_enabled, day_match, cron_expression, timezone FROM "cron_jobs";--> statement-breakpoint

-- Deltas written before have no total_change: what they counted is in this scan.
INSERT INTO "execution_totals" (month, handler_name, queue, param_source, priority, status, count)
SELECT date_trunc('month', scheduled_time, 'UTC'), handler_name, queue, param_source, priority, status, count(*)
FROM "job_executions" WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint

/*
 * A histogram is one number whose groups of twelve decimal digits, from the right, are the counts of its buckets. So sum()
 * and + merge histograms at the speed of numbers, and empty low buckets take no space. This is the number for one value.
 */
CREATE FUNCTION jobu_histogram_unit(ms integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT ('1e' || (12 * jobu_histogram_bucket(ms))::text)::numeric $$;--> statement-breakpoint

CREATE FUNCTION jobu_histogram_of_counts(counts integer[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(sum(n * ('1e' || 12 * (i - 1))::numeric), 0) FROM unnest(counts) WITH ORDINALITY AS t (n, i) WHERE n > 0
$$;--> statement-breakpoint

ALTER TABLE "execution_stats" ALTER COLUMN "duration_histogram" SET DATA TYPE numeric USING jobu_histogram_of_counts(duration_histogram),
  ALTER COLUMN "lateness_histogram" SET DATA TYPE numeric USING jobu_histogram_of_counts(lateness_histogram);--> statement-breakpoint
DROP FUNCTION jobu_histogram_of_counts(integer[]);--> statement-breakpoint
DROP FUNCTION jobu_histogram_of(integer[]);--> statement-breakpoint
DROP FUNCTION jobu_histogram_add(integer[], integer[]);--> statement-breakpoint
CREATE INDEX "execution_stats_duration_idx" ON "execution_stats" USING btree ("hour","duration_max_ms" DESC NULLS FIRST,"job_id") WHERE job_id <> 0;--> statement-breakpoint
CREATE INDEX "execution_stats_lateness_idx" ON "execution_stats" USING btree ("hour","lateness_max_ms" DESC NULLS FIRST,"job_id") WHERE job_id <> 0;--> statement-breakpoint

INSERT INTO "execution_stats_hourly" (hour, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
  lateness_max_ms, duration_histogram, lateness_histogram)
SELECT hour, coalesce(handler_name, ''), status, sum(count), sum(duration_sum_ms), max(duration_max_ms), sum(lateness_sum_ms),
  max(lateness_max_ms), sum(duration_histogram), sum(lateness_histogram)
FROM "execution_stats" GROUP BY GROUPING SETS ((hour, handler_name, status), (hour, status));--> statement-breakpoint

INSERT INTO "execution_failures_hourly" (hour, job_id, count)
SELECT hour, job_id, sum(count) FROM "execution_stats" WHERE job_id <> 0 AND status IN ('FAILED', 'TIMEOUT') GROUP BY 1, 2;--> statement-breakpoint

INSERT INTO "execution_stats_all_time" (handler_name, status, count)
SELECT handler_name, status, sum(count) FROM "execution_stats" GROUP BY 1, 2;
