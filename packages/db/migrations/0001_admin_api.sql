-- Purpose: what the admin API needs: users, sessions, tokens, the audit log, the scheduler's state, totals of executions.
-- Locks:   ACCESS EXCLUSIVE on execution_stat_deltas for an instant and on execution_stats while it is rewritten; the totals
--          are counted in one scan of job_executions, so stop the services first (they refuse to start on a database that is
--          behind anyway).
-- Way back: DROP the tables and the type below, and the columns added to execution_stat_deltas. The histograms of
--          execution_stats start anew as arrays; counts and sums stay.
-- Made by drizzle-kit from src/schema, then the rows at its end added by hand.

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
INSERT INTO "scheduler_state" DEFAULT VALUES;--> statement-breakpoint

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
