-- What: a row for each process that writes evidence; the grace of refresh tokens.
-- Why: counts that a killed process had not written are made up from the evidence, exactly once; an exchange whose answer a killed process
--   never sent is told from one that was answered; a client whose answer was lost on the way may ask again within the grace.
-- Lock: ACCESS EXCLUSIVE on organisation, which holds one row. Size: a row a process, kept for a week after its end.

-- CreateTable
CREATE TABLE "evidence_writer" (
    "id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "batch" BIGINT NOT NULL,
    "counted_flush" BIGINT NOT NULL,
    "open_flushes" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "ended_at" TIMESTAMPTZ(3),
    "reconciled_flush" BIGINT,

    CONSTRAINT "evidence_writer_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "evidence_writer" ALTER COLUMN "open_flushes" SET NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON "evidence_writer" TO tokenwarden_app;
GRANT SELECT ON "evidence_writer" TO tokenwarden_retention;

-- AlterTable
ALTER TABLE "organisation" ADD COLUMN "refresh_grace_seconds" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "organisation" ADD CONSTRAINT "organisation_refresh_grace" CHECK (refresh_grace_seconds BETWEEN 0 AND 60);
