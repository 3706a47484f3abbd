-- What: the ids of the reports that were taken in, what verifiers say they lost, and what only a report tells of a use.
-- Why: a report counts once, however often, on whichever day and by whichever authority it comes; what was lost shows as a gap.
-- Lock: ACCESS EXCLUSIVE on token_use for the moment that three nullable columns take; nothing is rewritten or read. Size: about 110 bytes a report, its index with it, for eight days.
-- One table and not one a day: an id is unique over all of them.
-- runs beside the version before

-- AlterTable
ALTER TABLE "token_use" ADD COLUMN "bytes" BIGINT,
ADD COLUMN "latency_us" INTEGER,
ADD COLUMN "status" SMALLINT;

-- CreateTable
CREATE TABLE "use_report" (
    "id" UUID NOT NULL,
    "digest" BYTEA NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "use_report_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "use_report" ADD CONSTRAINT "use_report_digest" CHECK (octet_length(digest) = 16);
-- a day of eight leaves at a time: its room must be found again before the next one does
ALTER TABLE "use_report" SET (autovacuum_vacuum_scale_factor = 0.05);

-- CreateTable
CREATE TABLE "report_gap" (
    "verifier_id" UUID NOT NULL,
    "minute" TIMESTAMPTZ(3) NOT NULL,
    "lost" BIGINT NOT NULL,

    CONSTRAINT "report_gap_pkey" PRIMARY KEY ("verifier_id","minute")
);
ALTER TABLE "report_gap" ADD CONSTRAINT "report_gap_lost" CHECK (lost > 0);

-- CreateIndex
CREATE INDEX "use_report_received_at_idx" ON "use_report" USING BRIN ("received_at");

-- what was taken in stays known to the application, which can neither change nor forget it
GRANT SELECT, INSERT ON "use_report" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE ON "report_gap" TO tokenwarden_app;
GRANT SELECT, DELETE ON "use_report", "report_gap" TO tokenwarden_retention;
