-- What: cases, what each is about, its steps and notes; the case that an order was placed in.
-- Why: a leak is answered in one place, by several people, and written up from what was done there.
-- Lock: ACCESS EXCLUSIVE on revocation_order for the moment that a column without a default takes, and a scan of it for the index of the orders of cases,
--   in which there are none yet. Size: under a kilobyte for a case and 150 bytes for each token in it; nothing for orders without a case.
-- runs beside the version before

-- AlterTable
ALTER TABLE "revocation_order" ADD COLUMN     "incident_id" UUID;

-- CreateTable
CREATE TABLE "incident" (
    "id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "title" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "opened_by_kind" TEXT NOT NULL,
    "opened_by_id" TEXT NOT NULL,
    "opened_by_name" TEXT NOT NULL,
    "compromised_from" TIMESTAMPTZ(3) NOT NULL,
    "is_suggested" BOOLEAN NOT NULL,
    "compromised_why" TEXT NOT NULL,
    "contained_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "incident_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "incident_subject" (
    "incident_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "target_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "added_by_name" TEXT NOT NULL,

    CONSTRAINT "incident_subject_pkey" PRIMARY KEY ("incident_id","kind","target_id")
);

-- CreateTable
CREATE TABLE "incident_step" (
    "incident_id" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "done_at" TIMESTAMPTZ(3) NOT NULL,
    "done_by_id" TEXT NOT NULL,
    "done_by_name" TEXT NOT NULL,
    "what" TEXT NOT NULL,

    CONSTRAINT "incident_step_pkey" PRIMARY KEY ("incident_id","step")
);

-- CreateTable
CREATE TABLE "incident_note" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "step" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "use_id" UUID,
    "use_received_at" TIMESTAMPTZ(3),
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,

    CONSTRAINT "incident_note_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "incident_number_key" ON "incident"("number");

-- CreateIndex
CREATE INDEX "incident_opened_at_id_idx" ON "incident"("opened_at", "id");

-- CreateIndex
CREATE INDEX "incident_subject_target_id_idx" ON "incident_subject"("target_id");

-- CreateIndex
CREATE INDEX "incident_note_incident_id_at_idx" ON "incident_note"("incident_id", "at");

-- CreateIndex
CREATE INDEX "revocation_order_incident_id_idx" ON "revocation_order"("incident_id") WHERE incident_id IS NOT NULL;

-- AddForeignKey
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_step" ADD CONSTRAINT "incident_step_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "incident_note" ADD CONSTRAINT "incident_note_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "incident"
  ADD CONSTRAINT "incident_number_of_one" CHECK (number >= 1),
  ADD CONSTRAINT "incident_state" CHECK (state IN ('open', 'contained', 'closed')),
  ADD CONSTRAINT "incident_severity" CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  ADD CONSTRAINT "incident_closed" CHECK ((state = 'closed') = (closed_at IS NOT NULL));
ALTER TABLE "incident_subject"
  ADD CONSTRAINT "incident_subject_kind" CHECK (kind IN ('token', 'family', 'user', 'client'));
ALTER TABLE "incident_step"
  ADD CONSTRAINT "incident_step_name" CHECK (step IN ('identify', 'blast_radius', 'contain', 'reissue', 'audit', 'report'));
ALTER TABLE "incident_note"
  ADD CONSTRAINT "incident_note_step" CHECK (step IN ('identify', 'blast_radius', 'contain', 'reissue', 'audit', 'report')),
  ADD CONSTRAINT "incident_note_use" CHECK ((use_id IS NULL) = (use_received_at IS NULL));

-- subjects and notes stay as they came; nobody takes a case away
GRANT SELECT, INSERT, UPDATE ON "incident" TO tokenwarden_app;
GRANT SELECT, INSERT ON "incident_subject", "incident_note" TO tokenwarden_app;
GRANT SELECT, INSERT, DELETE ON "incident_step" TO tokenwarden_app;
GRANT SELECT ON "incident", "incident_subject", "incident_step", "incident_note" TO tokenwarden_retention;
