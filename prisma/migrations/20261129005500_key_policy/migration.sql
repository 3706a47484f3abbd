-- What: a rotation policy for each algorithm of a purpose; until when a JWKS may be kept that was given out under a longer cache time.
-- Why: an RSA key need not be replaced as often as another. A cache that was told ten minutes keeps them, whatever the setting says a second later: a key
--   that is announced then waits for it.
-- Lock: key_policy and organisation for the moment of a column each. Size: 20 rows.
-- A version before this one finds policies by the purpose alone: it gives way.

ALTER TABLE "key_policy" ADD COLUMN "algorithm" TEXT NOT NULL DEFAULT 'ES256';
ALTER TABLE "key_policy" ALTER COLUMN "algorithm" DROP DEFAULT;
ALTER TABLE "key_policy" DROP CONSTRAINT "key_policy_pkey", ADD CONSTRAINT "key_policy_pkey" PRIMARY KEY ("purpose", "algorithm");
ALTER TABLE "key_policy" ADD CONSTRAINT "key_policy_algorithm" CHECK (algorithm IN ('ES256', 'RS256', 'PS256', 'EdDSA'));
INSERT INTO "key_policy" (purpose, algorithm, is_on, every_days, ahead_days, version)
  SELECT purpose, unnest(ARRAY['RS256', 'PS256', 'EdDSA']), is_on, every_days, ahead_days, version FROM "key_policy";

ALTER TABLE "organisation" ADD COLUMN "jwks_cached_until" TIMESTAMPTZ(3);
