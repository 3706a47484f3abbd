-- What: when a standby key may sign and when it will, when a retiring one leaves; how long the JWKS may be kept and a replaced key stays; how often
--   each purpose's key is replaced by itself.
-- Why: a key signs only when every cache can have it, and leaves when nothing that it signed lives: for raw SQL too. A compromised key of
--   access tokens has its order, in the same transaction.
-- Lock: signing_key and organisation for the moment of new columns and an index over a few rows. Size: none to speak of.
-- runs beside the version before

-- AlterTable
ALTER TABLE "organisation" ADD COLUMN     "jwks_cache_seconds" INTEGER NOT NULL DEFAULT 600,
ADD COLUMN     "key_keep_days" INTEGER NOT NULL DEFAULT 14;

-- AlterTable
ALTER TABLE "signing_key" ADD COLUMN     "activates_at" TIMESTAMPTZ(3),
ADD COLUMN     "ready_at" TIMESTAMPTZ(3),
ADD COLUMN     "retires_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "key_policy" (
    "purpose" TEXT NOT NULL,
    "is_on" BOOLEAN NOT NULL,
    "every_days" INTEGER NOT NULL,
    "ahead_days" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "key_policy_pkey" PRIMARY KEY ("purpose")
);
ALTER TABLE "key_policy"
  ADD CONSTRAINT "key_policy_days" CHECK (every_days BETWEEN 1 AND 730 AND ahead_days >= 0 AND ahead_days < every_days);
INSERT INTO "key_policy" (purpose, is_on, every_days, ahead_days)
  SELECT unnest(ARRAY['access_token', 'id_token', 'status_list', 'feed', 'checkpoint']), true, 90, 14;
GRANT SELECT, UPDATE ON "key_policy" TO tokenwarden_app;
GRANT SELECT ON "key_policy" TO tokenwarden_retention;

ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_jwks_cache" CHECK (jwks_cache_seconds BETWEEN 1 AND 86400),
  ADD CONSTRAINT "organisation_key_keep" CHECK (key_keep_days BETWEEN 0 AND 365);
ALTER TABLE "signing_key"
  ADD CONSTRAINT "signing_key_activates_when_ready" CHECK (activates_at IS NULL OR (ready_at IS NOT NULL AND activates_at >= ready_at));

-- one rotation of a purpose and algorithm at a time
CREATE UNIQUE INDEX "signing_key_one_rotation" ON "signing_key" (purpose, algorithm) WHERE state = 'standby' AND activates_at IS NOT NULL;

CREATE OR REPLACE FUNCTION "signing_key_transition"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state NOT IN ('standby', 'active') THEN
      RAISE EXCEPTION 'a signing key begins as standby or active, not %', NEW.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'signing keys are destroyed, never deleted' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kid <> OLD.kid OR NEW.purpose <> OLD.purpose OR NEW.algorithm <> OLD.algorithm OR NEW.public_jwk <> OLD.public_jwk THEN
    RAISE EXCEPTION 'a signing key''s identity does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state <> OLD.state AND NOT (
       (OLD.state = 'standby'     AND NEW.state IN ('active', 'retired', 'compromised'))
    OR (OLD.state = 'active'      AND NEW.state IN ('retiring', 'compromised'))
    OR (OLD.state = 'retiring'    AND NEW.state IN ('retired', 'compromised'))
    OR (OLD.state = 'retired'     AND NEW.state IN ('compromised', 'destroyed'))
    OR (OLD.state = 'compromised' AND NEW.state = 'destroyed')) THEN
    RAISE EXCEPTION 'a signing key does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'standby' AND NEW.state = 'active' AND OLD.ready_at > clock_timestamp() THEN
    RAISE EXCEPTION 'a signing key does not sign before every cache can have it, at %', OLD.ready_at USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.state = 'retiring' AND NEW.state = 'retired' AND OLD.retires_at > clock_timestamp() THEN
    RAISE EXCEPTION 'a signing key is not retired while what it signed may live, until %', OLD.retires_at USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- What a compromised key signed is refused by an order: at the commit it is there. An order that holds at once is never called off.
CREATE FUNCTION "signing_key_compromise"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM revocation_order o WHERE o.target_kind = 'signing_key' AND o.target_id = NEW.kid AND o.verb = 'revoke'
      AND o.effective_from <= o.created_at) THEN
    RAISE EXCEPTION 'no order revokes what the compromised signing key % signed', NEW.kid USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER "signing_key_compromise" AFTER UPDATE OF state ON "signing_key" DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.state = 'compromised' AND OLD.state <> 'compromised' AND NEW.purpose = 'access_token') EXECUTE FUNCTION "signing_key_compromise"();
