-- What: a row for each export of a list, with how far it has come.
-- Why: an export is followed from any page and after a reload, cancelled from any process, and bounded in number.
-- Lock: none of tables that are there. Size: a row an export, kept for a week.
-- runs beside the version before

-- CreateTable
CREATE TABLE "list_export" (
    "id" UUID NOT NULL,
    "list" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "query" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "began_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3),
    "cancel_asked_at" TIMESTAMPTZ(3),
    "rows" BIGINT NOT NULL DEFAULT 0,
    "bytes" BIGINT NOT NULL DEFAULT 0,
    "total" BIGINT,
    "total_is_exact" BOOLEAN NOT NULL DEFAULT false,
    "problem" TEXT,

    CONSTRAINT "list_export_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "list_export_actor_id_created_at_idx" ON "list_export"("actor_id", "created_at");

ALTER TABLE "list_export" ADD CONSTRAINT "list_export_state"
  CHECK (state IN ('waiting', 'running', 'completed', 'cancelled', 'cut', 'failed'));
ALTER TABLE "list_export" ADD CONSTRAINT "list_export_format" CHECK (format IN ('csv', 'ndjson'));
-- one that runs is seen, one that has ended says when
ALTER TABLE "list_export" ADD CONSTRAINT "list_export_times"
  CHECK ((state <> 'running' OR (began_at IS NOT NULL AND seen_at IS NOT NULL)) AND (state IN ('waiting', 'running') OR ended_at IS NOT NULL));

GRANT SELECT, INSERT, UPDATE, DELETE ON "list_export" TO tokenwarden_app;
GRANT SELECT ON "list_export" TO tokenwarden_retention;
