-- What: when the feed's head was seen; audiences that a verifier had; what instances have lost since they began; refusals of a stream's next event;
--   what ties a peer's events together, and whose streams lead to that peer.
-- Why: an order's own time is before its commit; a verifier goes on to accept what was taken away from it; a loss that is told twice is one loss; an outage
--   is no refusal; two peers that act upon each other's events went round for ever.
-- Lock: ACCESS EXCLUSIVE on signal_event, signal_stream, signal_receiver and received_signal for the moment that columns without or with a constant default
--   take; SHARE on verifier_instance and received_signal while their indexes are built, a second for some hundred thousand rows each. The tables are new.
-- Size: 30 bytes for each moment with orders, for 30 days; a row for each audience that was taken away, for 30 days; a row for each instance that lost uses.
-- runs beside the version before

-- CreateTable
CREATE TABLE "feed_sighting" (
    "position" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feed_sighting_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "former_verifier_audience" (
    "verifier_id" UUID NOT NULL,
    "audience_id" UUID NOT NULL,
    "removed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "former_verifier_audience_pkey" PRIMARY KEY ("verifier_id","audience_id")
);

-- CreateTable
CREATE TABLE "report_loss" (
    "verifier_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "lost" BIGINT NOT NULL,
    "told_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "report_loss_pkey" PRIMARY KEY ("verifier_id","instance_id")
);
ALTER TABLE "report_loss" ADD CONSTRAINT "report_loss_lost" CHECK (lost > 0);

-- AlterTable
ALTER TABLE "signal_event" ADD COLUMN "caused_by_id" UUID,
ADD COLUMN "txn" TEXT;

-- AlterTable
ALTER TABLE "signal_stream" ADD COLUMN "refusals" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "signal_receiver" ADD COLUMN "verifier_id" UUID;

-- AlterTable
ALTER TABLE "received_signal" ADD COLUMN "txn" TEXT;
ALTER TABLE "received_signal" DROP CONSTRAINT "received_signal_outcome",
  ADD CONSTRAINT "received_signal_outcome" CHECK (outcome IN ('revoked', 'suspended', 'ignored', 'unknown_subject', 'unsupported', 'verified', 'echo'));

-- CreateIndex
CREATE INDEX "former_verifier_audience_audience_id_idx" ON "former_verifier_audience"("audience_id");

-- CreateIndex
CREATE INDEX "verifier_instance_verifier_id_seen_at_idx" ON "verifier_instance"("verifier_id", "seen_at");

-- CreateIndex
CREATE INDEX "received_signal_order_id_idx" ON "received_signal"("order_id");

-- CreateIndex
CREATE INDEX "received_signal_txn_idx" ON "received_signal"("txn");

-- AddForeignKey
ALTER TABLE "former_verifier_audience" ADD CONSTRAINT "former_verifier_audience_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "former_verifier_audience" ADD CONSTRAINT "former_verifier_audience_audience_id_fkey" FOREIGN KEY ("audience_id") REFERENCES "audience"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "signal_receiver" ADD CONSTRAINT "signal_receiver_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- What was lost is on record; only retention forgets it.
GRANT SELECT, INSERT, DELETE ON "feed_sighting" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "former_verifier_audience" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE ON "report_loss" TO tokenwarden_app;
GRANT SELECT ON "feed_sighting", "former_verifier_audience" TO tokenwarden_retention;
GRANT SELECT, DELETE ON "report_loss" TO tokenwarden_retention;
