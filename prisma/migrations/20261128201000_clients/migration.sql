-- What: clients that authenticate by keys, that must use DPoP or pushed requests, devices; when secrets were last used and permissions given.
-- Why: private_key_jwt, device flow, and wrong settings that are seen: what was not used for 90 days, what was never used.
-- Lock: `client`, `client_secret`, `client_permission` for a moment each; `token_tally` against the worker's counting while its index is built (0.5 s for
-- 500,000 cells). Size: an index entry a cell, a few rows each; no row is rewritten but those of `client_permission`.
-- runs beside the version before

ALTER TABLE "client" DROP CONSTRAINT "client_kind";
ALTER TABLE "client"
  ADD COLUMN "jwks" JSONB,
  ADD COLUMN "jwks_uri" TEXT,
  ADD COLUMN "pending_ended_at" TIMESTAMPTZ(3),
  ADD COLUMN "require_dpop" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "require_par" BOOLEAN NOT NULL DEFAULT false,
  ADD CONSTRAINT "client_kind" CHECK (kind IN ('web', 'spa', 'native', 'device', 'service')),
  ADD CONSTRAINT "client_keys" CHECK (num_nonnulls(jwks, jwks_uri) = 0 OR (num_nonnulls(jwks, jwks_uri) = 1 AND kind IN ('web', 'service'))),
  ADD CONSTRAINT "client_pushes" CHECK (NOT require_par OR kind IN ('web', 'spa', 'native'));

-- uses of secrets that are there were not counted until now
ALTER TABLE "client_secret"
  ADD COLUMN "last_used_at" TIMESTAMPTZ(3),
  ADD COLUMN "seen_since" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
-- its last use is no change of the registry
DROP TRIGGER "client_secret_registry" ON "client_secret";
CREATE TRIGGER "client_secret_registry" AFTER INSERT OR DELETE OR UPDATE OF secret_hash, expires_at ON "client_secret" FOR EACH STATEMENT EXECUTE FUNCTION "bump_registry_version"();

ALTER TABLE "client_permission" ADD COLUMN "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
-- those that are there may have been given with the client
UPDATE "client_permission" cp SET added_at = c.created_at FROM "client" c WHERE c.id = cp.client_id;

-- what a client's tokens carried, and when it was last given one
CREATE INDEX "token_tally_client_id_facet_label_week_idx" ON "token_tally"("client_id", "facet", "label", "week");

CREATE TABLE "client_key_fetch" (
    "client_id" UUID NOT NULL,
    "uri" TEXT NOT NULL,
    "tried_at" TIMESTAMPTZ(3) NOT NULL,
    "fetched_at" TIMESTAMPTZ(3),
    "error" TEXT,
    "keys" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "client_key_fetch_pkey" PRIMARY KEY ("client_id")
);
ALTER TABLE "client_key_fetch" ADD CONSTRAINT "client_key_fetch_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- the device behind a code that a person types; two never have the same one
CREATE UNIQUE INDEX "protocol_state_user_code" ON "protocol_state" ("user_code") WHERE user_code IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON "client_key_fetch" TO tokenwarden_app;
GRANT SELECT ON "client_key_fetch" TO tokenwarden_retention;
