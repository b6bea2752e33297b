-- Purpose: verdicts over transactions that span databases.
-- Locks:   none, the table is new.
-- Way back: resolve what pg_prepared_xacts shows under jobu:%, then DROP TABLE two_phase_decisions.

CREATE TABLE "two_phase_decisions" (
	"gid" text PRIMARY KEY NOT NULL,
	"is_committed" boolean NOT NULL,
	"decided_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "two_phase_decisions_gid_is_ours" CHECK (gid LIKE 'jobu:%')
);
