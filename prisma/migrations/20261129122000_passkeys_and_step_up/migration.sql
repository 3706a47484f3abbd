-- What: passkeys and recovery codes of admins, how a session was signed in, and when its person last showed again who they are, for each kind of act.
-- Why: an admin signs in with a passkey alone, comes back in after losing it, and is asked again before dangerous acts, in each process alike.
-- Lock: the column holds off reads of "admin_session" for a moment, the foreign keys inserts. Size: all tables are new; some rows for each admin.
-- runs beside the version before

-- AlterTable
ALTER TABLE "admin_session" ADD COLUMN     "signed_in_by" TEXT;

-- CreateTable
CREATE TABLE "admin_step_up" (
    "session_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "proven_at" TIMESTAMPTZ(3) NOT NULL,
    "proven_by" TEXT NOT NULL,

    CONSTRAINT "admin_step_up_pkey" PRIMARY KEY ("session_id","kind")
);

-- CreateTable
CREATE TABLE "passkey" (
    "id" UUID NOT NULL,
    "admin_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "credential_id" TEXT NOT NULL,
    "public_key" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "is_syncable" BOOLEAN NOT NULL,
    "is_backed_up" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "blocked_at" TIMESTAMPTZ(3),

    CONSTRAINT "passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "spent_challenge" (
    "challenge_hash" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "spent_challenge_pkey" PRIMARY KEY ("challenge_hash")
);

-- CreateTable
CREATE TABLE "recovery_code" (
    "admin_id" UUID NOT NULL,
    "code_hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "recovery_code_pkey" PRIMARY KEY ("admin_id","code_hash")
);

-- CreateIndex
CREATE UNIQUE INDEX "passkey_credential_id_key" ON "passkey"("credential_id");

-- CreateIndex
CREATE INDEX "passkey_admin_id_idx" ON "passkey"("admin_id");

-- AddForeignKey
ALTER TABLE "admin_step_up" ADD CONSTRAINT "admin_step_up_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "admin_session"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "recovery_code" ADD CONSTRAINT "recovery_code_admin_id_fkey" FOREIGN KEY ("admin_id") REFERENCES "admin"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "admin_session"
  ADD CONSTRAINT "admin_session_signed_in_by" CHECK (signed_in_by IN ('totp', 'passkey', 'recovery_code'));
ALTER TABLE "admin_step_up"
  ADD CONSTRAINT "admin_step_up_kind" CHECK (kind IN ('bulk', 'keys', 'roles', 'api-tokens', 'retention', 'streams', 'sign-in', 'exports')),
  ADD CONSTRAINT "admin_step_up_proven_by" CHECK (proven_by IN ('totp', 'passkey'));
ALTER TABLE "passkey" ALTER COLUMN "transports" SET NOT NULL;
ALTER TABLE "passkey" ADD CONSTRAINT "passkey_counter" CHECK (counter >= 0);
ALTER TABLE "recovery_code" ADD CONSTRAINT "recovery_code_hash" CHECK (octet_length(code_hash) = 32);

GRANT SELECT, INSERT, UPDATE, DELETE ON "admin_step_up", "passkey", "recovery_code" TO tokenwarden_app;
GRANT SELECT, INSERT, DELETE ON "spent_challenge" TO tokenwarden_app;
GRANT SELECT ON "admin_step_up", "passkey", "recovery_code", "spent_challenge" TO tokenwarden_retention;
