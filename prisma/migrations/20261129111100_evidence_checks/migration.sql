-- What: verifications of a span of the evidence that somebody asked for: how far each is, and what it found.
-- Why: whether the evidence holds is asked and answered in the console too, on record.
-- Lock: none. Size: some kilobytes a verification.
-- runs beside the version before

-- CreateTable
CREATE TABLE "evidence_check" (
    "id" UUID NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "began_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3),
    "cancel_asked_at" TIMESTAMPTZ(3),
    "uses" BIGINT NOT NULL DEFAULT 0,
    "total" BIGINT,
    "found" JSONB,

    CONSTRAINT "evidence_check_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "evidence_check"
  ADD CONSTRAINT "evidence_check_state" CHECK (state IN ('waiting', 'running', 'held', 'broken', 'cancelled', 'failed')),
  ADD CONSTRAINT "evidence_check_span" CHECK (from_at < until_at);

-- CreateIndex
CREATE INDEX "evidence_check_created_at_idx" ON "evidence_check"("created_at");

GRANT SELECT, INSERT, UPDATE ON "evidence_check" TO tokenwarden_app;
