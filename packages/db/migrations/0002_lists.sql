-- Purpose: lists of executions that cost the same at ten thousand and at ten million: indexes to read the newest of each
--          combination of handler, queue, source and priority, and the directory of those combinations.
-- Locks:   SHARE on job_executions while the indexes are built (about half a minute for ten million rows) and the
--          directory is filled by one scan, so stop the services first.
-- Way back: DROP the trigger, the table, the four indexes and the two functions below.
-- Made by drizzle-kit from src/schema, then the functions, the trigger and the rows added by hand.

-- One bigint for the four columns, so that an index entry is small; a list compares the columns themselves as well.
CREATE FUNCTION jobu_facet(handler_name text, queue text, param_source param_source, priority smallint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT hashtextextended(handler_name, hashtextextended(queue, hashenumextended(param_source, priority)))
$$;--> statement-breakpoint
CREATE TABLE "execution_facets" (
	"unused_since" timestamp (3) with time zone,
	"param_source" "param_source" NOT NULL,
	"priority" smallint NOT NULL,
	"handler_name" text NOT NULL,
	"queue" text NOT NULL,
	CONSTRAINT "execution_facets_pkey" PRIMARY KEY("handler_name","queue","param_source","priority")
);
--> statement-breakpoint
CREATE INDEX "job_executions_facet_idx" ON "job_executions" USING btree (jobu_facet(handler_name, queue, param_source, priority),"status","scheduled_time","id") WHERE status <> 'RUNNING';--> statement-breakpoint
CREATE INDEX "job_executions_status_idx" ON "job_executions" USING btree ("status","scheduled_time","id") WHERE status NOT IN ('PENDING', 'RUNNING', 'SUCCESS');--> statement-breakpoint
CREATE INDEX "job_executions_cron_status_idx" ON "job_executions" USING btree ("job_id","status","scheduled_time") WHERE job_id IS NOT NULL AND status NOT IN ('PENDING', 'RUNNING', 'SUCCESS');--> statement-breakpoint
CREATE INDEX "job_executions_error_idx" ON "job_executions" USING gin (to_tsvector('simple', left(error_message, 1000))) WHERE status IN ('FAILED', 'TIMEOUT');
--> statement-breakpoint

/*
 * Keeps execution_facets complete whoever inserts. What is known already, which is nearly always, is only read. One
 * marked as unused is marked as used again under its row's lock, so that the deletion of it waits or finds it in use.
 * The order keeps two transactions with several new ones from waiting for each other.
 */
CREATE FUNCTION jobu_note_facets() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO execution_facets (handler_name, queue, param_source, priority)
  SELECT w.* FROM (SELECT DISTINCT handler_name, queue, param_source, priority FROM written) AS w
  WHERE NOT EXISTS (
    SELECT FROM execution_facets AS f
    WHERE f.handler_name = w.handler_name AND f.queue = w.queue AND f.param_source = w.param_source
      AND f.priority = w.priority AND f.unused_since IS NULL
  )
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (handler_name, queue, param_source, priority) DO UPDATE SET unused_since = NULL;
  RETURN NULL;
END $$;--> statement-breakpoint

CREATE TRIGGER job_executions_note_facets AFTER INSERT ON "job_executions"
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION jobu_note_facets();--> statement-breakpoint

INSERT INTO "execution_facets" (handler_name, queue, param_source, priority)
SELECT DISTINCT handler_name, queue, param_source, priority FROM "job_executions";
