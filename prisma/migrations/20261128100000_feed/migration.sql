-- What: the instances of verifiers and how far each has come in the feed of revocations; how a verifier's owner says that it checks.
-- Why: a revocation is worth what the last resource server does with it: who has heard of an order, and when, is on record.
-- Lock: ACCESS EXCLUSIVE on verifier for a moment: a constant default rewrites nothing. The two tables are new.
-- Size: a row an instance of the last 30 days; 60 bytes an acknowledgement, of which an instance makes one a second at most, and none while the feed rests.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier" ADD COLUMN "check_way" TEXT NOT NULL DEFAULT 'introspection';
ALTER TABLE "verifier" ADD CONSTRAINT "verifier_check_way" CHECK (check_way IN ('introspection', 'forward_auth', 'feed', 'status_list', 'jwks'));

-- CreateTable
CREATE TABLE "verifier_instance" (
    "verifier_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "way" TEXT NOT NULL,
    "agent" TEXT,
    "mode" TEXT,
    "max_staleness_seconds" INTEGER,
    "position" BIGINT,
    "position_at" TIMESTAMPTZ(3),
    "connected_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3) NOT NULL,
    "disconnected_at" TIMESTAMPTZ(3),
    "first_seen_at" TIMESTAMPTZ(3) NOT NULL,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "refused" BIGINT NOT NULL DEFAULT 0,
    "stale" BIGINT NOT NULL DEFAULT 0,
    "lost" BIGINT NOT NULL DEFAULT 0,
    "latency_p50_us" INTEGER,
    "latency_p99_us" INTEGER,

    CONSTRAINT "verifier_instance_pkey" PRIMARY KEY ("verifier_id","instance_id")
);
ALTER TABLE "verifier_instance"
  ADD CONSTRAINT "verifier_instance_way" CHECK (way IN ('feed', 'poll', 'status_list', 'introspection')),
  ADD CONSTRAINT "verifier_instance_mode" CHECK (mode IN ('strict', 'lenient')),
  ADD CONSTRAINT "verifier_instance_position" CHECK ((position IS NULL) = (position_at IS NULL)),
  ADD CONSTRAINT "verifier_instance_counts" CHECK (accepted >= 0 AND refused >= 0 AND stale >= 0 AND lost >= 0);

-- CreateTable
CREATE TABLE "feed_acknowledgement" (
    "verifier_id" UUID NOT NULL,
    "instance_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feed_acknowledgement_pkey" PRIMARY KEY ("verifier_id","instance_id","position")
);

-- CreateIndex
CREATE INDEX "verifier_instance_seen_at_idx" ON "verifier_instance"("seen_at");

-- CreateIndex
CREATE INDEX "feed_acknowledgement_at_idx" ON "feed_acknowledgement" USING BRIN ("at");

-- AddForeignKey
ALTER TABLE "verifier_instance" ADD CONSTRAINT "verifier_instance_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feed_acknowledgement" ADD CONSTRAINT "feed_acknowledgement_verifier_id_instance_id_fkey" FOREIGN KEY ("verifier_id", "instance_id") REFERENCES "verifier_instance"("verifier_id", "instance_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What was heard of an instance is never changed; it goes with its 30 days.
GRANT SELECT, INSERT, UPDATE, DELETE ON "verifier_instance" TO tokenwarden_app;
GRANT SELECT, INSERT, DELETE ON "feed_acknowledgement" TO tokenwarden_app;
GRANT SELECT ON "verifier_instance", "feed_acknowledgement" TO tokenwarden_retention;
