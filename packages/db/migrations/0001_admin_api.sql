-- Purpose: what the admin API needs: users, sessions, tokens, the audit log, the scheduler's state, totals of executions, events.
-- Locks:   ACCESS EXCLUSIVE on execution_stat_deltas for an instant; the totals are counted in one scan of job_executions,
--          so stop the services first (they refuse to start on a database that is behind anyway).
-- Way back: DROP the tables, the type, the triggers *_told* and the functions jobu_iso, jobu_tell* below, and the columns
--          added to execution_stat_deltas.
-- Made by drizzle-kit from src/schema, then the functions, triggers and rows at its end added by hand.

CREATE TYPE "public"."user_role" AS ENUM('viewer', 'operator', 'admin');--> statement-breakpoint
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
CREATE TABLE "execution_stats_hourly" (
	"hour" timestamp (3) with time zone NOT NULL,
	"count" bigint NOT NULL,
	"duration_sum_ms" bigint NOT NULL,
	"duration_max_ms" integer NOT NULL,
	"lateness_sum_ms" bigint NOT NULL,
	"lateness_max_ms" integer NOT NULL,
	"status" "execution_status" NOT NULL,
	"handler_name" text NOT NULL,
	"duration_histogram" integer[] NOT NULL,
	"lateness_histogram" integer[] NOT NULL,
	CONSTRAINT "execution_stats_hourly_pkey" PRIMARY KEY("hour","handler_name","status")
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
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "audit_log_target_idx" ON "audit_log" USING btree ("target_type","target_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor_idx" ON "audit_log" USING btree ("actor_name","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_idx" ON "audit_log" USING btree ("action","id");--> statement-breakpoint
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

-- Deltas written before have no total_change: what they counted is in this scan.
INSERT INTO "execution_totals" (month, handler_name, queue, param_source, priority, status, count)
SELECT date_trunc('month', scheduled_time, 'UTC'), handler_name, queue, param_source, priority, status, count(*)
FROM "job_executions" WHERE finished_at IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6;--> statement-breakpoint

INSERT INTO "execution_stats_hourly" (hour, handler_name, status, count, duration_sum_ms, duration_max_ms, lateness_sum_ms,
  lateness_max_ms, duration_histogram, lateness_histogram)
SELECT hour, handler_name, status, sum(count), sum(duration_sum_ms), max(duration_max_ms), sum(lateness_sum_ms), max(lateness_max_ms),
  (SELECT coalesce(array_agg(n ORDER BY i), '{}') FROM (
    SELECT i, sum(x)::integer AS n FROM "execution_stats" AS b, unnest(b.duration_histogram) WITH ORDINALITY AS h (x, i)
    WHERE b.hour = a.hour AND b.handler_name = a.handler_name AND b.status = a.status GROUP BY i) AS d),
  (SELECT coalesce(array_agg(n ORDER BY i), '{}') FROM (
    SELECT i, sum(x)::integer AS n FROM "execution_stats" AS b, unnest(b.lateness_histogram) WITH ORDINALITY AS h (x, i)
    WHERE b.hour = a.hour AND b.handler_name = a.handler_name AND b.status = a.status GROUP BY i) AS l)
FROM "execution_stats" AS a GROUP BY hour, handler_name, status;
