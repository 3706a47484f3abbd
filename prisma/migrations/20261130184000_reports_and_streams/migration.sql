-- What: a leak report remembers how often it could not be put into a case and when that is tried again; what left the log before a stream had sent it is written down
-- by stream and chain.
-- Why: reports that fail, however many, keep no other one waiting; a stream that was down for longer than the log is kept says what its sink will never have.
-- Lock: ACCESS EXCLUSIVE on leak_report for a moment, while its index of those without a case, a handful at most, is made anew. Size: 12 bytes a report; two rows a stream.
-- runs beside the version before

ALTER TABLE "leak_report" ADD COLUMN "case_failures" INTEGER NOT NULL DEFAULT 0, ADD COLUMN "case_retry_at" TIMESTAMPTZ(3);
ALTER TABLE "leak_report" ADD CONSTRAINT "leak_report_case_failures" CHECK (case_failures >= 0 AND (case_failures = 0) = (case_retry_at IS NULL));
DROP INDEX "leak_report_without_case";
CREATE INDEX "leak_report_without_case" ON "leak_report"("case_failures", "received_at", "id") WHERE incident_id IS NULL AND unknown_count < value_count;

CREATE TABLE "event_stream_loss" (
    "stream_id" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "events" BIGINT NOT NULL,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,
    "is_told" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "event_stream_loss_pkey" PRIMARY KEY ("stream_id", "source")
);
ALTER TABLE "event_stream_loss" ADD CONSTRAINT "event_stream_loss_stream_id_fkey" FOREIGN KEY ("stream_id") REFERENCES "event_stream"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "event_stream_loss"
  ADD CONSTRAINT "event_stream_loss_source" CHECK (source IN ('uses', 'acts')),
  ADD CONSTRAINT "event_stream_loss_events" CHECK (events > 0 AND first_at <= last_at);

-- retention writes down what it takes out; the watcher notes that it was told; a stream that is removed takes its own with it
GRANT SELECT, INSERT, UPDATE ON "event_stream_loss" TO tokenwarden_retention;
GRANT SELECT, UPDATE (is_told) ON "event_stream_loss" TO tokenwarden_app;
