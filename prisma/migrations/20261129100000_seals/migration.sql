-- What: seals over what each writer wrote to the log of uses, the chain of the admin log, signed checkpoints over all of them.
-- Why: an edit of the evidence shows, also one by whoever owns the database.
-- Lock: ACCESS EXCLUSIVE on audit_entry and audit_chain until the commit, for as long as it takes to hash the entries that are there, about 10 s a million.
-- Size: about 300 bytes a seal, one a second of each busy writer; 36 bytes an entry; about 600 bytes a checkpoint, one a minute.

-- CreateTable
CREATE TABLE "seal" (
    "chain" UUID NOT NULL,
    "sequence" BIGINT NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,
    "sealed_by" TEXT NOT NULL,
    "first_flush" BIGINT NOT NULL,
    "last_flush" BIGINT NOT NULL,
    "open_flushes" BIGINT[] DEFAULT ARRAY[]::BIGINT[],
    "received_from" TIMESTAMPTZ(3) NOT NULL,
    "received_to" TIMESTAMPTZ(3) NOT NULL,
    "count" BIGINT NOT NULL,
    "root" BYTEA NOT NULL,
    "previous" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "seal_pkey" PRIMARY KEY ("chain","sequence")
);
ALTER TABLE "seal" ALTER COLUMN "open_flushes" SET NOT NULL;
ALTER TABLE "seal"
  ADD CONSTRAINT "seal_sealed_by" CHECK (sealed_by IN ('writer', 'worker')),
  ADD CONSTRAINT "seal_sha256" CHECK (octet_length(root) = 32 AND octet_length(previous) = 32 AND octet_length(hash) = 32),
  ADD CONSTRAINT "seal_counts" CHECK (sequence > 0 AND count > 0 AND first_flush > 0);

-- CreateIndex
CREATE INDEX "seal_sealed_at_idx" ON "seal"("sealed_at");

-- CreateTable
CREATE TABLE "checkpoint" (
    "number" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kid" TEXT NOT NULL,
    "jws" TEXT NOT NULL,

    CONSTRAINT "checkpoint_pkey" PRIMARY KEY ("number")
);

-- AlterTable
ALTER TABLE "evidence_writer" ADD COLUMN "seals_begun_at" TIMESTAMPTZ(3),
ADD COLUMN "seals_ended_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN "chain_hash" BYTEA;

-- AlterTable
ALTER TABLE "audit_chain" ADD COLUMN "chained" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "hash" BYTEA NOT NULL DEFAULT '\x0000000000000000000000000000000000000000000000000000000000000000';
ALTER TABLE "audit_chain" ALTER COLUMN "hash" DROP DEFAULT;

-- An entry's leaf. The SQL twin of entryLeaf in lib/seals/entry-leaf.ts; a test holds the two together. `before` and `after` go in as the text that the database
-- has of them, so that whoever verifies needs no opinion on how numbers are written.
CREATE FUNCTION "audit_entry_leaf"(e "audit_entry") RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT sha256(convert_to(json_build_array('entry/1', e.id, floor(extract(epoch FROM e.at) * 1000)::bigint, e.actor_kind, e.actor_id, e.actor_name, e.act,
    e.outcome, e.error_code, e.target_kind, e.target_id, e.target_name, e.reason, e.note, e.before::text, e.after::text, e.request_id, e.ip, e.user_agent,
    encode(e.salt, 'hex'))::text, 'UTF8'))
$$;

-- What an entry makes of its chain's head. The SQL twin of chainStep in lib/seals/entry-leaf.ts.
CREATE FUNCTION "audit_chain_step"(previous bytea, sequence bigint, leaf bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT sha256('\x02'::bytea || previous || int8send(sequence) || leaf)
$$;

-- What is there is chained as well: its head is what the first entry from now on builds upon.
DO $$
DECLARE
  e "audit_entry"; head bytea; at_sequence bigint := 0;
BEGIN
  SELECT hash INTO STRICT head FROM "audit_chain" WHERE id = 'admin' FOR UPDATE;
  FOR e IN SELECT * FROM "audit_entry" ORDER BY sequence LOOP
    head := "audit_chain_step"(head, e.sequence, "audit_entry_leaf"(e));
    at_sequence := e.sequence;
  END LOOP;
  UPDATE "audit_chain" SET chained = at_sequence, hash = head WHERE id = 'admin';
END $$;

-- Each entry is chained as it is written, whoever writes it. Its transaction holds the chain's head since it took its sequence.
CREATE FUNCTION "chain_audit_entry"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "audit_chain" SET chained = NEW.sequence, hash = "audit_chain_step"(hash, NEW.sequence, "audit_entry_leaf"(NEW))
    WHERE id = 'admin' AND chained = NEW.sequence - 1 RETURNING hash INTO NEW.chain_hash;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'entry % does not follow the chain''s head', NEW.sequence USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "audit_entry_chain" BEFORE INSERT ON "audit_entry" FOR EACH ROW EXECUTE FUNCTION "chain_audit_entry"();

-- Append-only tables, for raw SQL too.
CREATE TRIGGER "seal_append_only" BEFORE UPDATE OR DELETE ON "seal" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "seal_no_truncate" BEFORE TRUNCATE ON "seal" EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "checkpoint_append_only" BEFORE UPDATE OR DELETE ON "checkpoint" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "checkpoint_no_truncate" BEFORE TRUNCATE ON "checkpoint" EXECUTE FUNCTION "refuse_rewrite"();

GRANT SELECT, INSERT ON "seal", "checkpoint" TO tokenwarden_app;
GRANT SELECT ON "seal", "checkpoint" TO tokenwarden_retention;
