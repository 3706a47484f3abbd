-- What: detections, what mutes them and what tunes their rules for a client; how far the worker has read, and what it remembers of tokens and clients in use.
-- Why: people are told what is unusual. Reading begins at this moment: what was used before is not looked at.
-- Lock: SHARE ROW EXCLUSIVE on client and incident for the moment that a foreign key to them takes; nothing is rewritten or read. Size: some 500 bytes a detection,
--   120 bytes, its index with it, for each token that is in use, and 8 bytes a use for three minutes.
-- runs beside the version before

-- CreateTable
CREATE TABLE "detection" (
    "id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "is_current" BOOLEAN NOT NULL DEFAULT true,
    "subject_kind" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "token_id" UUID,
    "family_id" UUID,
    "client_id" UUID,
    "user_id" UUID,
    "first_at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL,
    "count" BIGINT NOT NULL,
    "facts" JSONB NOT NULL,
    "incident_id" UUID,
    "mute_id" UUID,

    CONSTRAINT "detection_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "detection_mute" (
    "id" UUID NOT NULL,
    "rule" TEXT NOT NULL,
    "client_id" UUID,
    "token_id" UUID,
    "reason" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ends_at" TIMESTAMPTZ(3) NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by_name" TEXT,

    CONSTRAINT "detection_mute_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "detection_tuning" (
    "rule" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "is_on" BOOLEAN NOT NULL,
    "values" JSONB NOT NULL,
    "countries" TEXT[],
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_by_name" TEXT NOT NULL,

    CONSTRAINT "detection_tuning_pkey" PRIMARY KEY ("client_id","rule")
);

-- CreateTable
CREATE TABLE "detection_reader" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "use_id" UUID NOT NULL,
    "entry_sequence" BIGINT NOT NULL,
    "began_at" TIMESTAMPTZ(3) NOT NULL,
    "taken" BIGINT NOT NULL DEFAULT 0,
    "revision" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "detection_reader_pkey" PRIMARY KEY ("id")
) WITH (fillfactor = 50);

-- CreateTable
CREATE TABLE "detection_slice" (
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "from_id" UUID NOT NULL,
    "to_at" TIMESTAMPTZ(3) NOT NULL,
    "to_id" UUID NOT NULL,
    "seen" BYTEA NOT NULL,
    "looks" SMALLINT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "detection_slice_pkey" PRIMARY KEY ("to_at","to_id")
);

-- CreateTable
CREATE TABLE "detection_token" (
    "token_id" UUID NOT NULL,
    "countries" TEXT NOT NULL,
    "networks" INTEGER[],
    "minute" INTEGER NOT NULL,
    "uses" INTEGER NOT NULL,
    "ended_tries" INTEGER NOT NULL,
    "ended_since" TIMESTAMPTZ(3),
    "keep_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "detection_token_pkey" PRIMARY KEY ("token_id")
) WITH (fillfactor = 75);

-- CreateTable
CREATE TABLE "detection_client" (
    "client_id" UUID NOT NULL,
    "minute" INTEGER NOT NULL,
    "uses" INTEGER NOT NULL,
    "tokens" INTEGER NOT NULL,
    "usual" REAL NOT NULL,
    "minutes" INTEGER NOT NULL,

    CONSTRAINT "detection_client_pkey" PRIMARY KEY ("client_id")
) WITH (fillfactor = 50);

-- CreateIndex
CREATE INDEX "detection_last_at_id_idx" ON "detection"("last_at", "id");

-- CreateIndex
CREATE INDEX "detection_client_id_last_at_idx" ON "detection"("client_id", "last_at");

-- CreateIndex
CREATE INDEX "detection_token_id_idx" ON "detection"("token_id");

-- CreateIndex
CREATE INDEX "detection_mute_client_id_rule_idx" ON "detection_mute"("client_id", "rule");

-- CreateIndex
CREATE INDEX "detection_mute_token_id_rule_idx" ON "detection_mute"("token_id", "rule");

-- CreateIndex
CREATE INDEX "detection_token_keep_until_idx" ON "detection_token"("keep_until");

-- AddForeignKey
ALTER TABLE "detection" ADD CONSTRAINT "detection_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "detection" ADD CONSTRAINT "detection_mute_id_fkey" FOREIGN KEY ("mute_id") REFERENCES "detection_mute"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "detection_tuning" ADD CONSTRAINT "detection_tuning_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- the one row that a finding adds to
CREATE UNIQUE INDEX "detection_current" ON "detection" (rule, subject_kind, subject_id) WHERE is_current;
-- the detections of a case
CREATE INDEX "detection_incident" ON "detection" (incident_id) WHERE incident_id IS NOT NULL;

ALTER TABLE "detection"
  ADD CONSTRAINT "detection_state" CHECK (state IN ('open', 'muted', 'in_case') AND (state = 'muted') = (mute_id IS NOT NULL) AND (state = 'in_case') = (incident_id IS NOT NULL)),
  ADD CONSTRAINT "detection_severity" CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  ADD CONSTRAINT "detection_subject" CHECK (subject_kind IN ('token', 'family', 'client', 'signing_key', 'verifier')),
  ADD CONSTRAINT "detection_found" CHECK (count >= 1 AND first_at <= last_at);
ALTER TABLE "detection_mute"
  ADD CONSTRAINT "detection_mute_of_one" CHECK ((client_id IS NULL) <> (token_id IS NULL)),
  ADD CONSTRAINT "detection_mute_explained" CHECK (reason <> ''),
  ADD CONSTRAINT "detection_mute_ends" CHECK (ends_at > created_at AND (ended_at IS NULL) = (ended_by_name IS NULL));
ALTER TABLE "detection_reader" ADD CONSTRAINT "detection_reader_single" CHECK (id = 1);

INSERT INTO "detection_reader" (id, received_at, use_id, entry_sequence, began_at)
  SELECT 1, now(), '00000000-0000-0000-0000-000000000000', coalesce((SELECT sequence FROM "audit_chain" WHERE id = 'admin'), 0), now();

-- mutes stay on record; detections leave by the retention role alone
GRANT SELECT, INSERT, UPDATE ON "detection", "detection_mute" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "detection_reader" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "detection_tuning", "detection_slice", "detection_token", "detection_client" TO tokenwarden_app;
GRANT SELECT ON "detection", "detection_mute", "detection_tuning", "detection_reader", "detection_slice", "detection_token", "detection_client" TO tokenwarden_retention;
GRANT DELETE ON "detection" TO tokenwarden_retention;
