-- Purpose: one cron row written by SQL cannot stop the dispatch of all; partitions are made once by many at once.
-- Locks:   ACCESS EXCLUSIVE on cron_jobs while its rows are checked; none for the function.
-- Way back: DROP the constraint; the function of 0000_engine.sql.

ALTER TABLE "cron_jobs" ADD CONSTRAINT "cron_jobs_next_run_at_is_finite" CHECK (isfinite(next_run_at));--> statement-breakpoint

CREATE OR REPLACE FUNCTION jobu_ensure_partitions(from_time timestamptz, to_time timestamptz) RETURNS integer
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
END $$;
