-- What: streams of the audit to a SIEM, each with where it is.
-- Why: uses and acts leave by webhook or syslog, at least once and in order, and a dead sink costs its own backlog alone.
-- Lock: none on what is there. Size: a kilobyte a stream; nothing is copied, streams read the log itself.
-- runs beside the version before

-- CreateTable
CREATE TABLE "event_stream" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'running',
    "status_reason" TEXT NOT NULL DEFAULT '',
    "delivery" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "sources" TEXT[],
    "outcome" TEXT NOT NULL DEFAULT 'all',
    "client_ids" UUID[],
    "secret_wrapped" BYTEA,
    "previous_secret_wrapped" BYTEA,
    "previous_secret_until" TIMESTAMPTZ(3),
    "authorization_wrapped" BYTEA,
    "ca_pem" TEXT,
    "acts_sequence" BIGINT NOT NULL,
    "uses_base" TEXT,
    "uses_low" TIMESTAMPTZ(3) NOT NULL,
    "uses_epoch" TEXT,
    "uses_epoch_low" TIMESTAMPTZ(3),
    "uses_key" JSONB,
    "delivered" BIGINT NOT NULL DEFAULT 0,
    "last_delivered_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),
    "tested_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "event_stream_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "event_stream_name_key" ON "event_stream"("name");

ALTER TABLE "event_stream" ALTER COLUMN "sources" SET NOT NULL, ALTER COLUMN "client_ids" SET NOT NULL;
ALTER TABLE "event_stream"
  ADD CONSTRAINT "event_stream_status" CHECK (status IN ('running', 'paused')),
  ADD CONSTRAINT "event_stream_delivery" CHECK (delivery IN ('webhook', 'syslog')),
  ADD CONSTRAINT "event_stream_format" CHECK (format IN ('ndjson', 'ocsf')),
  ADD CONSTRAINT "event_stream_sources" CHECK (cardinality(sources) > 0 AND sources <@ ARRAY['uses', 'acts']),
  ADD CONSTRAINT "event_stream_outcome" CHECK (outcome IN ('all', 'refused')),
  ADD CONSTRAINT "event_stream_secret" CHECK ((secret_wrapped IS NOT NULL) = (delivery = 'webhook')),
  ADD CONSTRAINT "event_stream_previous_secret" CHECK ((previous_secret_wrapped IS NULL) = (previous_secret_until IS NULL)),
  ADD CONSTRAINT "event_stream_authorization" CHECK (authorization_wrapped IS NULL OR delivery = 'webhook'),
  ADD CONSTRAINT "event_stream_ca" CHECK (ca_pem IS NULL OR delivery = 'syslog'),
  ADD CONSTRAINT "event_stream_epoch" CHECK ((uses_epoch IS NULL) = (uses_epoch_low IS NULL) AND (uses_key IS NULL OR uses_epoch IS NOT NULL)),
  ADD CONSTRAINT "event_stream_lease" CHECK ((leased_by IS NULL) = (leased_until IS NULL));

GRANT SELECT, INSERT, UPDATE, DELETE ON "event_stream" TO tokenwarden_app;
GRANT SELECT ON "event_stream" TO tokenwarden_retention;
