-- Purpose: what the admin API needs: users, sessions, tokens, the audit log, the scheduler's state, totals of executions.
-- Locks:   ACCESS EXCLUSIVE on execution_stat_deltas for an instant; the totals are counted in one scan of job_executions,
--          so stop the services first (they refuse to start on a database that is behind anyway).
-- Way back: DROP the tables and the type below, and the columns added to execution_stat_deltas.
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
CREATE INDEX "audit_log_at_idx" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_log_target_idx" ON "audit_log" USING btree ("target_type","target_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_actor_idx" ON "audit_log" USING btree ("actor_name","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_idx" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_idx" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_name_key" ON "users" USING btree (lower(name));
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
