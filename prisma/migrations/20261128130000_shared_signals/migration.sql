-- What: security events of OpenID Shared Signals: their log, the streams that send them, the peers whose events are taken in and what is done at them.
-- Why: whoever does not read our feed hears of revocations by a standard; what a peer says of an account ends its tokens here.
-- Lock: user_account is not written while its index is built, a second for 100,000 users; verifier for the moment of its foreign key. Size: some 500 bytes an event until every stream is past it, at
--   most a week of them; none where there is no stream. 200 bytes an event of a peer for 30 days.
-- runs beside the version before

-- CreateTable
CREATE TABLE "signal_head" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "sequence" BIGINT NOT NULL DEFAULT 0,
    "feed_position" BIGINT NOT NULL DEFAULT 0,
    "due_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signal_head_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signal_event" (
    "sequence" BIGINT NOT NULL,
    "stream_id" UUID,
    "type" TEXT NOT NULL,
    "subject" JSONB NOT NULL,
    "event" JSONB NOT NULL,
    "order_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "signal_event_pkey" PRIMARY KEY ("sequence")
);

-- CreateTable
CREATE TABLE "signal_stream" (
    "id" UUID NOT NULL,
    "verifier_id" UUID NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "audience" TEXT NOT NULL,
    "events" TEXT[],
    "delivery" TEXT NOT NULL,
    "endpoint_url" TEXT,
    "authorization_wrapped" BYTEA,
    "status" TEXT NOT NULL DEFAULT 'enabled',
    "status_reason" TEXT NOT NULL DEFAULT '',
    "cursor" BIGINT NOT NULL,
    "notice_sequence" BIGINT,
    "delivered" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,
    "lost" BIGINT NOT NULL DEFAULT 0,
    "last_delivered_at" TIMESTAMPTZ(3),
    "last_polled_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3),
    "leased_by" UUID,
    "leased_until" TIMESTAMPTZ(3),
    "verification_asked_at" TIMESTAMPTZ(3),
    "verified_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "signal_stream_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signal_acknowledgement" (
    "stream_id" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "signal_acknowledgement_pkey" PRIMARY KEY ("stream_id","sequence")
);

-- CreateTable
CREATE TABLE "signal_receiver" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "jwks_url" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "subject_by" TEXT NOT NULL,
    "attribute" TEXT,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "disabled_at" TIMESTAMPTZ(3),
    "last_received_at" TIMESTAMPTZ(3),
    "last_error" TEXT,
    "last_error_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "signal_receiver_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signal_policy" (
    "receiver_id" UUID NOT NULL,
    "event_type" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "hours" INTEGER,

    CONSTRAINT "signal_policy_pkey" PRIMARY KEY ("receiver_id","event_type")
);

-- CreateTable
CREATE TABLE "received_signal" (
    "receiver_id" UUID NOT NULL,
    "jti" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "user_id" UUID,
    "order_id" UUID,

    CONSTRAINT "received_signal_pkey" PRIMARY KEY ("receiver_id","jti")
);

-- CreateIndex
CREATE INDEX "user_account_attributes_idx" ON "user_account" USING GIN ("attributes" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "signal_stream_verifier_id_idx" ON "signal_stream"("verifier_id");

-- CreateIndex
CREATE UNIQUE INDEX "signal_receiver_name_key" ON "signal_receiver"("name");

-- CreateIndex
CREATE INDEX "received_signal_receiver_id_received_at_idx" ON "received_signal"("receiver_id", "received_at");

-- CreateIndex
CREATE INDEX "received_signal_received_at_idx" ON "received_signal"("received_at");

-- AddForeignKey
ALTER TABLE "signal_stream" ADD CONSTRAINT "signal_stream_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signal_acknowledgement" ADD CONSTRAINT "signal_acknowledgement_stream_id_fkey" FOREIGN KEY ("stream_id") REFERENCES "signal_stream"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signal_policy" ADD CONSTRAINT "signal_policy_receiver_id_fkey" FOREIGN KEY ("receiver_id") REFERENCES "signal_receiver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "received_signal" ADD CONSTRAINT "received_signal_receiver_id_fkey" FOREIGN KEY ("receiver_id") REFERENCES "signal_receiver"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "signal_stream" ALTER COLUMN "events" SET NOT NULL;
ALTER TABLE "signal_head" ADD CONSTRAINT "signal_head_single" CHECK (id = 1);
ALTER TABLE "signal_stream"
  ADD CONSTRAINT "signal_stream_delivery" CHECK (delivery IN ('push', 'poll')),
  ADD CONSTRAINT "signal_stream_endpoint" CHECK ((endpoint_url IS NOT NULL) = (delivery = 'push')),
  ADD CONSTRAINT "signal_stream_authorization" CHECK (authorization_wrapped IS NULL OR delivery = 'push'),
  ADD CONSTRAINT "signal_stream_status" CHECK (status IN ('enabled', 'paused', 'disabled')),
  ADD CONSTRAINT "signal_stream_lease" CHECK ((leased_by IS NULL) = (leased_until IS NULL));
ALTER TABLE "signal_receiver"
  ADD CONSTRAINT "signal_receiver_subject" CHECK (subject_by IN ('email', 'user_id', 'attribute')),
  ADD CONSTRAINT "signal_receiver_attribute" CHECK ((attribute IS NOT NULL) = (subject_by = 'attribute'));
ALTER TABLE "signal_policy"
  ADD CONSTRAINT "signal_policy_action" CHECK (action IN ('ignore', 'suspend', 'revoke')),
  ADD CONSTRAINT "signal_policy_hours" CHECK ((hours IS NOT NULL) = (action = 'suspend') AND (hours IS NULL OR hours BETWEEN 1 AND 720));
ALTER TABLE "received_signal"
  ADD CONSTRAINT "received_signal_outcome" CHECK (outcome IN ('revoked', 'suspended', 'ignored', 'unknown_subject', 'unsupported', 'verified')),
  ADD CONSTRAINT "received_signal_order" CHECK ((order_id IS NOT NULL) = (outcome IN ('revoked', 'suspended')));

-- orders that are there already are told to nobody: a stream begins where it is made
INSERT INTO "signal_head" (id, feed_position, due_until) SELECT 1, position, clock_timestamp() FROM "feed_head" WHERE id = 1;

-- whoever waits for an event hears of it
CREATE FUNCTION "notify_signals"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('signals', NEW.sequence::text);
  RETURN NULL;
END $$;
CREATE TRIGGER "signal_head_notify" AFTER UPDATE OF sequence ON "signal_head" FOR EACH ROW WHEN (OLD.sequence <> NEW.sequence)
  EXECUTE FUNCTION "notify_signals"();

GRANT SELECT, INSERT, UPDATE, DELETE ON "signal_event", "signal_stream", "signal_acknowledgement", "signal_receiver", "signal_policy", "received_signal" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "signal_head" TO tokenwarden_app;
GRANT SELECT ON "signal_head", "signal_event", "signal_stream", "signal_acknowledgement", "signal_receiver", "signal_policy", "received_signal" TO tokenwarden_retention;
