-- Purpose: how things stand each minute (settled, ready, running, how late), for charts of the last hours, and an index that
--          finds the queues which crons name.
-- Locks:   SHARE on cron_jobs while the index is built: an instant, about a second for a million crons.
-- Way back: DROP the two tables and the index below.
-- Made by drizzle-kit from src/schema.

CREATE TABLE "minute_samples" (
	"at" timestamp (3) with time zone PRIMARY KEY NOT NULL,
	"success" bigint NOT NULL,
	"failed" bigint NOT NULL,
	"timeout" bigint NOT NULL,
	"cancelled" bigint NOT NULL,
	"skipped" bigint NOT NULL,
	"oldest_ready_ms" bigint,
	"ready" integer NOT NULL,
	"running" integer NOT NULL,
	"lateness_histogram" numeric NOT NULL
);
--> statement-breakpoint
CREATE TABLE "queue_samples" (
	"at" timestamp (3) with time zone NOT NULL,
	"oldest_ready_ms" bigint,
	"ready" integer NOT NULL,
	"running" integer NOT NULL,
	"queue" text NOT NULL,
	CONSTRAINT "queue_samples_pkey" PRIMARY KEY("at","queue")
);
--> statement-breakpoint
CREATE INDEX "cron_jobs_queue_idx" ON "cron_jobs" USING btree ("queue") WHERE queue <> 'default' AND deleted_at IS NULL;
