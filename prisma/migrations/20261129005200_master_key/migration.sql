-- What: which master key everything is wrapped under, and a root secret that what is derived hangs on; nothing is written under another master key.
-- Why: a master key is replaced while everything runs. Whoever wraps by the old one a moment after would leave what nobody can open; what is derived from
--   the master key itself (sealed state, cookies) would end with it.
-- Lock: none but for three triggers, for the moment of their making. Size: one row.
-- A version before this one wraps in a way that does not name its key, and seals by the master key: it gives way.

CREATE TABLE "master_key" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "key_id" TEXT NOT NULL,
    "root_wrapped" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "changed_at" TIMESTAMPTZ(3),

    CONSTRAINT "master_key_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "master_key"
  ADD CONSTRAINT "master_key_single" CHECK (id = 1),
  ADD CONSTRAINT "master_key_wraps_root" CHECK (get_byte(root_wrapped, 0) = 2 AND encode(substring(root_wrapped FROM 2 FOR 8), 'hex') = key_id);
GRANT SELECT, INSERT, UPDATE ON "master_key" TO tokenwarden_app;

-- The share lock puts each writer before a change of the master key or after it.
CREATE FUNCTION "wrapped_under_present_master_key"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrapped bytea;
  present master_key%ROWTYPE;
  names_key boolean;
BEGIN
  EXECUTE format('SELECT ($1).%I', TG_ARGV[0]) INTO wrapped USING NEW;
  IF wrapped IS NULL THEN
    RETURN NEW;
  END IF;
  SELECT * INTO present FROM master_key WHERE id = 1 FOR SHARE;
  IF NOT FOUND THEN
    RETURN NEW;
  END IF;
  names_key := octet_length(wrapped) >= 9 AND get_byte(wrapped, 0) = 2;
  -- what names no key is of the first master key: a process of the version before that still runs may wrap by it once it is replaced
  IF (names_key AND present.key_id <> encode(substring(wrapped FROM 2 FOR 8), 'hex')) OR (NOT names_key AND present.changed_at IS NOT NULL) THEN
    -- asked again it works: whoever wraps asks first which key is in force
    RAISE EXCEPTION 'wrapped under another master key than the one in force' USING ERRCODE = 'lock_not_available';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "signing_key_wrapped" BEFORE INSERT OR UPDATE OF private_wrapped ON "signing_key"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('private_wrapped');
CREATE TRIGGER "admin_wrapped" BEFORE INSERT OR UPDATE OF totp_wrapped ON "admin"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('totp_wrapped');
CREATE TRIGGER "signal_stream_wrapped" BEFORE INSERT OR UPDATE OF authorization_wrapped ON "signal_stream"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('authorization_wrapped');
