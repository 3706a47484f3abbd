-- What: one key of a purpose signs, and one rotation of a purpose is under way, whatever the algorithms; the algorithms are those that the code knows.
-- Why: a change of algorithm is a rotation. By purpose and algorithm, as it was, the old key and the new one would both have signed.
-- Lock: signing_key for the moment of two indexes and a check over a few rows. Size: none to speak of.
-- A version before this one names the old indexes in its statements: it gives way.

DROP INDEX "signing_key_one_active";
CREATE UNIQUE INDEX "signing_key_one_active" ON "signing_key" (purpose) WHERE state = 'active';
DROP INDEX "signing_key_one_rotation";
CREATE UNIQUE INDEX "signing_key_one_rotation" ON "signing_key" (purpose) WHERE state = 'standby' AND activates_at IS NOT NULL;

ALTER TABLE "signing_key" ADD CONSTRAINT "signing_key_algorithm" CHECK (algorithm IN ('ES256', 'RS256', 'PS256', 'EdDSA'));
