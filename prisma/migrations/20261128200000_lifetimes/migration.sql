-- What: every lifetime as a setting of a client, the longest that a client may choose, the longest access token that an audience takes, how many live
--   refresh tokens a user may have with a client; plans of what a shorter lifetime ends.
-- Why: each client lives by its own times inside the organisation's bounds; tokens that outlive a shorter limit are ended as they were shown.
-- Lock: organisation, client and audience for the moment of new columns; the checks read a few rows. token_family is locked against writes (sign-ins wait) while
--   its index is built. Size: about 60 bytes a sign-in on record.
-- runs beside the version before

-- AlterTable
ALTER TABLE "audience" ADD COLUMN     "access_token_ttl_max_seconds" INTEGER;
ALTER TABLE "audience"
  ADD CONSTRAINT "audience_access_max" CHECK (access_token_ttl_max_seconds BETWEEN 60 AND 86400);

-- AlterTable
ALTER TABLE "client" ADD COLUMN     "authorization_code_ttl_seconds" INTEGER,
ADD COLUMN     "device_code_ttl_seconds" INTEGER,
ADD COLUMN     "device_poll_seconds" INTEGER,
ADD COLUMN     "id_token_ttl_seconds" INTEGER,
ADD COLUMN     "refresh_grace_seconds" INTEGER,
ADD COLUMN     "refresh_token_absolute_seconds" INTEGER,
ADD COLUMN     "refresh_token_idle_seconds" INTEGER,
ADD COLUMN     "rotates_refresh_tokens" BOOLEAN,
ADD COLUMN     "session_absolute_seconds" INTEGER,
ADD COLUMN     "session_idle_seconds" INTEGER;
ALTER TABLE "client"
  ADD CONSTRAINT "client_lifetimes" CHECK (
    refresh_token_idle_seconds BETWEEN 300 AND 31536000 IS NOT FALSE AND refresh_token_absolute_seconds BETWEEN 300 AND 31536000 IS NOT FALSE
    AND refresh_grace_seconds BETWEEN 0 AND 60 IS NOT FALSE AND authorization_code_ttl_seconds BETWEEN 10 AND 600 IS NOT FALSE
    AND id_token_ttl_seconds BETWEEN 300 AND 86400 IS NOT FALSE AND device_code_ttl_seconds BETWEEN 60 AND 1800 IS NOT FALSE
    AND device_poll_seconds BETWEEN 1 AND 60 IS NOT FALSE AND session_idle_seconds BETWEEN 60 AND 2592000 IS NOT FALSE
    AND session_absolute_seconds BETWEEN 60 AND 2592000 IS NOT FALSE),
  ADD CONSTRAINT "client_refresh_order" CHECK (refresh_token_idle_seconds <= refresh_token_absolute_seconds),
  ADD CONSTRAINT "client_session_order" CHECK (session_idle_seconds <= session_absolute_seconds);

-- AlterTable
ALTER TABLE "organisation" ADD COLUMN     "authorization_code_ttl_max_seconds" INTEGER NOT NULL DEFAULT 600,
ADD COLUMN     "device_code_ttl_max_seconds" INTEGER NOT NULL DEFAULT 1800,
ADD COLUMN     "device_code_ttl_seconds" INTEGER NOT NULL DEFAULT 600,
ADD COLUMN     "device_poll_seconds" INTEGER NOT NULL DEFAULT 5,
ADD COLUMN     "id_token_ttl_max_seconds" INTEGER NOT NULL DEFAULT 86400,
ADD COLUMN     "refresh_grace_max_seconds" INTEGER NOT NULL DEFAULT 60,
ADD COLUMN     "refresh_token_absolute_max_seconds" INTEGER NOT NULL DEFAULT 31536000,
ADD COLUMN     "refresh_token_idle_max_seconds" INTEGER NOT NULL DEFAULT 31536000,
ADD COLUMN     "refresh_tokens_max" INTEGER NOT NULL DEFAULT 200,
ADD COLUMN     "rotates_confidential_refresh_tokens" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_refresh_most" CHECK (refresh_token_idle_seconds <= refresh_token_idle_max_seconds AND refresh_token_idle_max_seconds <= 31536000
    AND refresh_token_absolute_seconds <= refresh_token_absolute_max_seconds AND refresh_token_absolute_max_seconds <= 31536000),
  ADD CONSTRAINT "organisation_grace_most" CHECK (refresh_grace_seconds <= refresh_grace_max_seconds AND refresh_grace_max_seconds <= 60),
  ADD CONSTRAINT "organisation_code_most" CHECK (authorization_code_ttl_seconds <= authorization_code_ttl_max_seconds AND authorization_code_ttl_max_seconds <= 600),
  ADD CONSTRAINT "organisation_id_token_most" CHECK (id_token_ttl_seconds <= id_token_ttl_max_seconds AND id_token_ttl_max_seconds <= 86400),
  ADD CONSTRAINT "organisation_device" CHECK (device_code_ttl_seconds BETWEEN 60 AND device_code_ttl_max_seconds AND device_code_ttl_max_seconds <= 1800
    AND device_poll_seconds BETWEEN 1 AND 60),
  ADD CONSTRAINT "organisation_refresh_tokens" CHECK (refresh_tokens_max BETWEEN 1 AND 10000);

-- CreateIndex
CREATE INDEX "token_family_user_id_client_id_rooted_at_idx" ON "token_family"("user_id", "client_id", "rooted_at");

-- CreateTable
CREATE TABLE "lifetime_plan" (
    "id" UUID NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "of_kind" TEXT NOT NULL,
    "of_id" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "tokens" INTEGER NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "lifetime_plan_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "lifetime_plan"
  ADD CONSTRAINT "lifetime_plan_of" CHECK (of_kind IN ('client', 'organisation', 'audience'));

-- CreateTable
CREATE TABLE "lifetime_plan_slice" (
    "plan_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "selection_id" UUID NOT NULL,
    "ends_at" TIMESTAMPTZ(3),

    CONSTRAINT "lifetime_plan_slice_pkey" PRIMARY KEY ("plan_id","number")
);

-- CreateIndex
CREATE INDEX "lifetime_plan_expires_at_idx" ON "lifetime_plan"("expires_at");

-- AddForeignKey
ALTER TABLE "lifetime_plan_slice" ADD CONSTRAINT "lifetime_plan_slice_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "lifetime_plan"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE, DELETE ON "lifetime_plan", "lifetime_plan_slice" TO tokenwarden_app;
GRANT SELECT ON "lifetime_plan", "lifetime_plan_slice" TO tokenwarden_retention;
