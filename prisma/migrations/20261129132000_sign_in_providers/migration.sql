-- What: OpenID Connect providers that admins sign in by, whom of their people each admin is, and whether admins may sign in without one.
-- Why: a company's people come in by the company's own sign-in; identity there is issuer and subject, and what is changed holds from the next request on, in each process.
-- Lock: the columns hold off reads of "admin" and "admin_session" for a moment, the foreign keys inserts. Size: all tables are new; a row for each provider and each admin of one.
-- runs beside the version before

-- AlterTable
ALTER TABLE "admin" ADD COLUMN     "is_break_glass" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "admin_session" ADD COLUMN     "authenticated_at" TIMESTAMPTZ(3),
ADD COLUMN     "is_break_glass" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "provider_id" UUID;

-- CreateTable
CREATE TABLE "sign_in_provider" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "client_id" TEXT NOT NULL,
    "client_secret_wrapped" BYTEA NOT NULL,
    "scopes" TEXT[],
    "role_claim" TEXT NOT NULL,
    "role_rules" JSONB NOT NULL,
    "default_role" TEXT,
    "creates_admins" BOOLEAN NOT NULL,
    "acr_values" TEXT[],
    "required_acr" TEXT[],
    "required_amr" TEXT[],
    "max_age_seconds" INTEGER,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sign_in_provider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "admin_identity" (
    "admin_id" UUID NOT NULL,
    "provider_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "subject" TEXT,
    "invited_until" TIMESTAMPTZ(3),
    "linked_at" TIMESTAMPTZ(3),
    "last_sign_in_at" TIMESTAMPTZ(3),
    "let_go_at" TIMESTAMPTZ(3),

    CONSTRAINT "admin_identity_pkey" PRIMARY KEY ("admin_id")
);

-- CreateTable
CREATE TABLE "sign_in_policy" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "local_off_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "sign_in_policy_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_provider_name_key" ON "sign_in_provider"("name");

-- CreateIndex
CREATE UNIQUE INDEX "sign_in_provider_issuer_key" ON "sign_in_provider"("issuer");

-- CreateIndex
CREATE UNIQUE INDEX "admin_identity_provider_id_subject_key" ON "admin_identity"("provider_id", "subject");

-- CreateIndex
CREATE INDEX "admin_session_provider_id_idx" ON "admin_session"("provider_id");

-- AddForeignKey
ALTER TABLE "admin_session" ADD CONSTRAINT "admin_session_provider_id_fkey" FOREIGN KEY ("provider_id") REFERENCES "sign_in_provider"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "admin_identity" ADD CONSTRAINT "admin_identity_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "admin_identity" ADD CONSTRAINT "admin_identity_provider_id_fkey" FOREIGN KEY ("provider_id") REFERENCES "sign_in_provider"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "admin_session" DROP CONSTRAINT "admin_session_signed_in_by";
ALTER TABLE "admin_session"
  ADD CONSTRAINT "admin_session_signed_in_by" CHECK (signed_in_by IN ('totp', 'passkey', 'recovery_code', 'provider'));
ALTER TABLE "admin_step_up" DROP CONSTRAINT "admin_step_up_proven_by";
ALTER TABLE "admin_step_up" ADD CONSTRAINT "admin_step_up_proven_by" CHECK (proven_by IN ('totp', 'passkey', 'provider'));
ALTER TABLE "admin_proof" DROP CONSTRAINT "admin_proof_proven_by";
ALTER TABLE "admin_proof" ADD CONSTRAINT "admin_proof_proven_by" CHECK (proven_by IN ('totp', 'passkey', 'provider'));
ALTER TABLE "sign_in_provider"
  ALTER COLUMN "scopes" SET NOT NULL,
  ALTER COLUMN "acr_values" SET NOT NULL,
  ALTER COLUMN "required_acr" SET NOT NULL,
  ALTER COLUMN "required_amr" SET NOT NULL,
  ADD CONSTRAINT "sign_in_provider_default_role" CHECK (default_role IN ('owner', 'responder', 'governor', 'auditor')),
  ADD CONSTRAINT "sign_in_provider_role_rules" CHECK (jsonb_typeof(role_rules) = 'array'),
  ADD CONSTRAINT "sign_in_provider_max_age" CHECK (max_age_seconds >= 0);
ALTER TABLE "admin_identity"
  ADD CONSTRAINT "admin_identity_bound" CHECK ((subject IS NULL) = (linked_at IS NULL) AND (subject IS NOT NULL OR invited_until IS NOT NULL));
ALTER TABLE "sign_in_policy" ADD CONSTRAINT "sign_in_policy_one" CHECK (id = 1);
INSERT INTO "sign_in_policy" (id, updated_at) VALUES (1, now());

CREATE TRIGGER "sign_in_provider_wrapped" BEFORE INSERT OR UPDATE OF client_secret_wrapped ON "sign_in_provider"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('client_secret_wrapped');

GRANT SELECT, INSERT, UPDATE, DELETE ON "sign_in_provider", "admin_identity" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "sign_in_policy" TO tokenwarden_app;
GRANT SELECT ON "sign_in_provider", "admin_identity", "sign_in_policy" TO tokenwarden_retention;
