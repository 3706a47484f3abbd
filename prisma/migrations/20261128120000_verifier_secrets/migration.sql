-- What: the secrets of verifiers in a table of their own, several for each.
-- Why: a new secret works beside the old ones until every instance has it; one that leaked ends alone; the use of each is seen.
-- Lock: `verifier` and what reads it, for a moment. Size: a row a secret, a few for each verifier.
-- An authority of the version before looks for the secret in the column that goes: it stops when this lands.

-- CreateTable
CREATE TABLE "verifier_secret" (
    "id" UUID NOT NULL,
    "verifier_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "verifier_secret_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "verifier_secret" ADD CONSTRAINT "verifier_secret_hash_length" CHECK (octet_length(secret_hash) = 32);

-- those that are there go on without an end; the last rotation on record is when one was made
INSERT INTO "verifier_secret" (id, verifier_id, secret_hash, hint, created_at)
  SELECT uuidv7(), v.id, v.secret_hash, v.hint,
    coalesce((SELECT max(e.at) FROM "audit_entry" e WHERE e.target_kind = 'verifier' AND e.target_id = v.id::text
      AND e.act = 'verifier.secret_rotated' AND e.outcome = 'done'), v.created_at)
  FROM "verifier" v;

-- the trigger names the column that goes
DROP TRIGGER "verifier_registry" ON "verifier";
-- DropIndex
DROP INDEX "verifier_secret_hash_key";
-- AlterTable
ALTER TABLE "verifier" DROP COLUMN "hint", DROP COLUMN "secret_hash";

-- CreateIndex
CREATE UNIQUE INDEX "verifier_secret_secret_hash_key" ON "verifier_secret"("secret_hash");
-- the secrets of a verifier
CREATE INDEX "verifier_secret_verifier_id_idx" ON "verifier_secret"("verifier_id");
-- AddForeignKey
ALTER TABLE "verifier_secret" ADD CONSTRAINT "verifier_secret_verifier_id_fkey" FOREIGN KEY ("verifier_id") REFERENCES "verifier"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TRIGGER "verifier_registry" AFTER INSERT OR DELETE OR UPDATE OF name, mode, max_staleness_seconds, audit_mode, disabled_at ON "verifier" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();
-- its last use is no change of the registry
CREATE TRIGGER "verifier_secret_registry" AFTER INSERT OR DELETE OR UPDATE OF secret_hash, expires_at ON "verifier_secret" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();

GRANT SELECT, INSERT, UPDATE, DELETE ON "verifier_secret" TO tokenwarden_app;
GRANT SELECT ON "verifier_secret" TO tokenwarden_retention;
