-- What: four eyes: its policy, the acts that wait for a second person or were done without one, how many tokens a person revoked of late, proofs for one very act, and
--   which API tokens act unattended, and whose they are.
-- Why: no one person ends everything, makes an owner or a credential, or turns that rule off; in an emergency one does, and the others are told.
-- Lock: "admin_step_up" and "api_token" for a moment each, both are small. Size: new tables, some rows a day.
-- runs beside the version before

-- AlterTable
ALTER TABLE "api_token" ADD COLUMN     "created_by_id" UUID,
ADD COLUMN     "is_unattended" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "admin_proof" (
    "session_id" UUID NOT NULL,
    "subject" TEXT NOT NULL,
    "proven_at" TIMESTAMPTZ(3) NOT NULL,
    "proven_by" TEXT NOT NULL,

    CONSTRAINT "admin_proof_pkey" PRIMARY KEY ("session_id","subject")
);

-- CreateTable
CREATE TABLE "approval_policy" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "kinds" TEXT[],
    "bulk_tokens" INTEGER NOT NULL DEFAULT 1000,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "approval_policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "approval" (
    "id" UUID NOT NULL,
    "way" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "kinds" TEXT[],
    "summary" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "request" JSONB,
    "digest" BYTEA,
    "run_by" TEXT NOT NULL,
    "permissions" TEXT[],
    "plan_kind" TEXT,
    "plan_id" UUID,
    "shown" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "person_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "decided_by_id" UUID,
    "decided_by_name" TEXT,
    "note" TEXT,
    "ended_at" TIMESTAMPTZ(3),
    "changed" TEXT[],
    "reviewed_at" TIMESTAMPTZ(3),
    "reviewed_by_id" UUID,
    "reviewed_by_name" TEXT,
    "review_note" TEXT,

    CONSTRAINT "approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "bulk_reach" (
    "id" UUID NOT NULL,
    "person_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "tokens" INTEGER NOT NULL,

    CONSTRAINT "bulk_reach_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "approval_created_at_id_idx" ON "approval"("created_at", "id");

-- CreateIndex
CREATE INDEX "bulk_reach_person_id_at_idx" ON "bulk_reach"("person_id", "at");

-- AddForeignKey
ALTER TABLE "admin_proof" ADD CONSTRAINT "admin_proof_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "admin_session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- what waits: the badge of every page
CREATE INDEX "approval_open" ON "approval" (expires_at) WHERE state IN ('pending', 'approved');
-- what was done without a second person and nobody has looked at
CREATE INDEX "approval_to_review" ON "approval" (created_at) WHERE way = 'break_glass' AND reviewed_at IS NULL;

ALTER TABLE "admin_step_up" DROP CONSTRAINT "admin_step_up_kind";
ALTER TABLE "admin_step_up"
  ADD CONSTRAINT "admin_step_up_kind" CHECK (kind IN ('bulk', 'keys', 'roles', 'api-tokens', 'retention', 'streams', 'sign-in', 'exports', 'approvals'));
ALTER TABLE "admin_proof" ADD CONSTRAINT "admin_proof_proven_by" CHECK (proven_by IN ('totp', 'passkey'));

ALTER TABLE "approval_policy" ALTER COLUMN "kinds" SET NOT NULL;
ALTER TABLE "approval_policy"
  ADD CONSTRAINT "approval_policy_one" CHECK (id = 1),
  ADD CONSTRAINT "approval_policy_kinds" CHECK (kinds <@ ARRAY['bulk', 'keys', 'roles', 'api-tokens', 'retention', 'streams', 'sign-in', 'exports']),
  ADD CONSTRAINT "approval_policy_bulk" CHECK (bulk_tokens BETWEEN 1 AND 1000000000);
INSERT INTO "approval_policy" (id, kinds, updated_at) VALUES (1, '{}', now());

ALTER TABLE "approval" ALTER COLUMN "kinds" SET NOT NULL, ALTER COLUMN "permissions" SET NOT NULL, ALTER COLUMN "changed" SET NOT NULL;
ALTER TABLE "approval"
  ADD CONSTRAINT "approval_way" CHECK (way IN ('asked', 'break_glass')),
  ADD CONSTRAINT "approval_state" CHECK (state IN ('pending', 'approved', 'done', 'declined', 'withdrawn', 'stale')),
  ADD CONSTRAINT "approval_run_by" CHECK (run_by IN ('approver', 'requester')),
  ADD CONSTRAINT "approval_plan" CHECK ((plan_kind IS NULL) = (plan_id IS NULL) AND plan_kind IN ('order', 'lifetimes')),
  -- a second person is another one
  ADD CONSTRAINT "approval_other" CHECK (decided_by_id IS NULL OR decided_by_id::text <> person_id),
  ADD CONSTRAINT "approval_reviewer" CHECK (reviewed_by_id IS NULL OR (way = 'break_glass' AND reviewed_by_id::text <> person_id)),
  ADD CONSTRAINT "approval_glass" CHECK (way = 'asked' OR state = 'done'),
  ADD CONSTRAINT "approval_decided" CHECK ((decided_at IS NULL) = (decided_by_id IS NULL) AND (state NOT IN ('approved', 'declined') OR decided_at IS NOT NULL)
    AND (way = 'break_glass' OR state <> 'done' OR decided_at IS NOT NULL));

-- what is over stays over, and who asked for what is never changed
CREATE FUNCTION "keep_approval"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IS DISTINCT FROM NEW.state AND NOT (
    (OLD.state = 'pending' AND NEW.state IN ('approved', 'done', 'declined', 'withdrawn', 'stale'))
    OR (OLD.state = 'approved' AND NEW.state IN ('done', 'withdrawn', 'stale'))) THEN
    RAISE EXCEPTION 'an approval that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.reviewed_at IS NOT NULL AND NEW.reviewed_at IS DISTINCT FROM OLD.reviewed_at THEN
    RAISE EXCEPTION 'a break-glass is reviewed once' USING ERRCODE = 'check_violation';
  END IF;
  IF (OLD.way, OLD.method, OLD.path, OLD.run_by, OLD.permissions, OLD.actor_kind, OLD.actor_id, OLD.person_id, OLD.created_at, OLD.expires_at)
    IS DISTINCT FROM (NEW.way, NEW.method, NEW.path, NEW.run_by, NEW.permissions, NEW.actor_kind, NEW.actor_id, NEW.person_id, NEW.created_at, NEW.expires_at)
    OR (NEW.digest IS NOT NULL AND NEW.digest IS DISTINCT FROM OLD.digest) THEN
    RAISE EXCEPTION 'what an approval is for does not change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "keep_approval" BEFORE UPDATE ON "approval" FOR EACH ROW EXECUTE FUNCTION "keep_approval"();

-- automation that is there goes on as it did
UPDATE "api_token" SET is_unattended = true;
UPDATE "api_token" t SET created_by_id = a.id FROM "admin" a WHERE a.email = t.created_by;

GRANT SELECT, UPDATE ON "approval_policy" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE ON "approval" TO tokenwarden_app;
GRANT SELECT, INSERT, DELETE ON "bulk_reach" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON "admin_proof" TO tokenwarden_app;
GRANT SELECT ON "approval_policy", "approval", "bulk_reach", "admin_proof" TO tokenwarden_retention;
GRANT UPDATE (request, shown, reason, note, review_note, changed) ON "approval" TO tokenwarden_retention;
GRANT DELETE ON "approval" TO tokenwarden_retention;

-- owners are written to as well
ALTER TABLE "mail" DROP CONSTRAINT "mail_recipient", ADD CONSTRAINT "mail_recipient" CHECK (recipient_kind IN ('user', 'client', 'admin'));
