-- What: erasures of a person's data, leaves of acts in parts, the form of a row of the log from which what is personal was taken.
-- Why: a person may ask for it, and the seals must go on proving what stays.
-- Lock: ACCESS EXCLUSIVE on audit_entry and user_account for an instant: columns without a default.
-- Size: a row an erasure; 32 bytes more an act, 4 more a use.
-- A worker of the version before would seal what it cannot hash (use/2) wrongly: it stops when this lands.

-- CreateTable
CREATE TABLE "erasure" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "began_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "seen_at" TIMESTAMPTZ(3),
    "total" BIGINT NOT NULL,
    "done" BIGINT NOT NULL DEFAULT 0,
    "problem" TEXT,
    "found" JSONB,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "erasure"
  ADD CONSTRAINT "erasure_state" CHECK (state IN ('waiting', 'running', 'done')),
  ADD CONSTRAINT "erasure_ended" CHECK ((state = 'done') = (ended_at IS NOT NULL) AND (state = 'done') = (found IS NOT NULL));
-- one at a time of a person
CREATE UNIQUE INDEX "erasure_open" ON "erasure" (user_id) WHERE state <> 'done';

-- CreateIndex
CREATE INDEX "erasure_user_id_created_at_idx" ON "erasure"("user_id", "created_at");

-- AlterTable
ALTER TABLE "user_account" ADD COLUMN "erased_at" TIMESTAMPTZ(3);
ALTER TABLE "user_account"
  ADD CONSTRAINT "user_account_erased" CHECK (erased_at IS NULL OR (disabled_at IS NOT NULL AND password_hash IS NULL AND attributes = '{}'
    AND name = 'Erased person' AND email = 'erased-' || id::text || '@erased.invalid'));

-- AlterTable
ALTER TABLE "audit_entry" ADD COLUMN "actor_hash" BYTEA,
ADD COLUMN "content_hash" BYTEA,
ADD COLUMN "target_hash" BYTEA;

-- The hash of a part of an entry of entry/2.
CREATE FUNCTION "audit_entry_part"(part text, salt bytea, "values" text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to('[' || to_json('entry/2 ' || part)::text || ', ' || to_json(encode(salt, 'hex'))::text || ', ' ||
    (SELECT string_agg(coalesce(to_json(v.value)::text, 'null'), ', ' ORDER BY v.place) FROM unnest("values") WITH ORDINALITY AS v(value, place)) || ']', 'UTF8')), 'hex')
$$;

-- An entry's leaf, the SQL twin of entryLeaf in lib/seals/entry-leaf.ts; a test holds the two together. By the length of its salt an entry is of entry/1, of entry/2, or
-- of entry/1 and erased.
CREATE OR REPLACE FUNCTION "audit_entry_leaf"(e "audit_entry") RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE octet_length(e.salt)
    WHEN 48 THEN sha256(convert_to(json_build_array('entry/2', e.id, floor(extract(epoch FROM e.at) * 1000)::bigint, e.actor_kind, e.actor_id, e.act,
      e.outcome, e.error_code, e.target_kind, e.target_id, e.reason, e.request_id,
      coalesce(encode(e.actor_hash, 'hex'), "audit_entry_part"('actor', substring(e.salt FROM 1 FOR 16), ARRAY[e.actor_name, e.ip, e.user_agent])),
      coalesce(encode(e.target_hash, 'hex'), "audit_entry_part"('target', substring(e.salt FROM 17 FOR 16), ARRAY[e.target_name])),
      coalesce(encode(e.content_hash, 'hex'), "audit_entry_part"('content', substring(e.salt FROM 33 FOR 16), ARRAY[e.note, e.before::text, e.after::text]))
      )::text, 'UTF8'))
    WHEN 33 THEN substring(e.salt FROM 2)
    ELSE sha256(convert_to(json_build_array('entry/1', e.id, floor(extract(epoch FROM e.at) * 1000)::bigint, e.actor_kind, e.actor_id, e.actor_name, e.act,
      e.outcome, e.error_code, e.target_kind, e.target_id, e.target_name, e.reason, e.note, e.before::text, e.after::text, e.request_id, e.ip, e.user_agent,
      encode(e.salt, 'hex'))::text, 'UTF8'))
  END
$$;

-- What stands in place of the salt of a use from which what is personal was taken: the hash of that, the SQL twin of personHash in lib/seals/use-leaf.ts; of use/1, which
-- has no such hash, a byte 1 and its leaf.
CREATE FUNCTION "erased_use_salt"(u "token_use") RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE octet_length(u.salt)
    WHEN 20 THEN sha256(convert_to(json_build_array('use/2 person', encode(u.salt, 'hex'), u.path, u.ip, u.user_agent)::text, 'UTF8'))
    WHEN 16 THEN '\x01'::bytea || sha256(convert_to('[' || concat_ws(',', '"use/1"', to_json(u.id)::text, floor(extract(epoch FROM u.received_at) * 1000)::bigint,
      floor(extract(epoch FROM u.at) * 1000)::bigint, to_json(u.outcome)::text, coalesce(to_json(u.refusal)::text, 'null'), to_json(u.source)::text,
      to_json(u.token_id)::text, to_json(u.token_kind)::text, to_json(u.family_id)::text, to_json(u.client_id)::text,
      coalesce(to_json(u.user_id)::text, 'null'), to_json(u.subject)::text, coalesce(to_json(u.verifier_id)::text, 'null'),
      coalesce(to_json(u.audience)::text, 'null'), coalesce(to_json(u.method)::text, 'null'), coalesce(to_json(u.path)::text, 'null'),
      coalesce(to_json(u.ip)::text, 'null'), coalesce(to_json(u.country)::text, 'null'), coalesce(to_json(u.user_agent)::text, 'null'),
      coalesce(u.status::text, 'null'), coalesce(u.bytes::text, 'null'), coalesce(u.latency_us::text, 'null'), u.ordinal::text,
      to_json(encode(u.salt, 'hex'))::text) || ']', 'UTF8'))
  END
$$;

-- Whether an erasure is under way: of a person, or of anybody.
CREATE FUNCTION "is_being_erased"(of_user uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM erasure e WHERE e.state = 'running' AND (of_user IS NULL OR e.user_id = of_user))
$$;

-- Append-only tables. What is on record as having left may go, row by row; and while a person is being erased what is personal may be taken out of a row, for raw SQL too:
-- of their uses and tokens, and of acts, whose leaf stays what it was.
CREATE OR REPLACE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_SCHEMA = 'partitions' AND TG_TABLE_NAME = 'token_default' THEN
    IF EXISTS (SELECT FROM public.purged_week w WHERE w.week = date_trunc('week', OLD.issued_at, 'UTC') AND w.left_at > OLD.expires_at) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_TABLE_SCHEMA = 'partitions' AND TG_TABLE_NAME = 'token_use_default' THEN
    IF EXISTS (SELECT FROM public.purged_use_day d WHERE d.day = date_trunc('day', OLD.received_at, 'UTC')) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'DELETE' AND TG_TABLE_SCHEMA = 'public' AND TG_TABLE_NAME = 'audit_entry' THEN
    IF EXISTS (SELECT FROM public.purged_acts p WHERE p.through >= OLD.sequence) THEN
      RETURN OLD;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_SCHEMA = 'partitions' AND TG_TABLE_NAME LIKE 'token\_use\_%' THEN
    IF public.is_being_erased(OLD.user_id) AND OLD.user_id IS NOT NULL AND NEW.path IS NULL AND NEW.ip IS NULL AND NEW.user_agent IS NULL
      AND NEW.salt = public.erased_use_salt(jsonb_populate_record(NULL::public.token_use, to_jsonb(OLD)))
      AND to_jsonb(NEW) - '{path,ip,user_agent,salt}'::text[] = to_jsonb(OLD) - '{path,ip,user_agent,salt}'::text[] THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_SCHEMA = 'partitions' AND TG_TABLE_NAME LIKE 'token\_%' THEN
    IF public.is_being_erased(OLD.user_id) AND OLD.user_id IS NOT NULL AND NEW.ip IS NULL AND NEW.user_agent IS NULL
      AND to_jsonb(NEW) - '{ip,user_agent}'::text[] = to_jsonb(OLD) - '{ip,user_agent}'::text[] THEN
      RETURN NEW;
    END IF;
  ELSIF TG_OP = 'UPDATE' AND TG_TABLE_SCHEMA = 'public' AND TG_TABLE_NAME = 'audit_entry' THEN
    IF public.is_being_erased(NULL) AND public.audit_entry_leaf(NEW) = public.audit_entry_leaf(OLD)
      AND to_jsonb(NEW) - '{actor_name,ip,user_agent,target_name,note,before,after,salt,actor_hash,target_hash,content_hash}'::text[]
        = to_jsonb(OLD) - '{actor_name,ip,user_agent,target_name,note,before,after,salt,actor_hash,target_hash,content_hash}'::text[] THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- An order's facts do not change; only its settling does, and what it calls a person who is being erased.
CREATE OR REPLACE FUNCTION "revocation_order_only_settles"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  free text[] := '{settled_at,settled_count}';
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'revocation orders are never deleted' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF public.is_being_erased(NULL) THEN free := free || '{target_name,actor_name,note}'::text[]; END IF;
  IF (to_jsonb(NEW) - free) <> (to_jsonb(OLD) - free) THEN
    RAISE EXCEPTION 'a revocation order does not change' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- What was applied, and what of it, is evidence: only one that was not applied goes. What it says of a person who is being erased is taken out.
CREATE OR REPLACE FUNCTION "people_import_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'applied' AND (TG_OP = 'DELETE' OR NOT public.is_being_erased(NULL) OR to_jsonb(NEW) - 'file_name' <> to_jsonb(OLD) - 'file_name') THEN
    RAISE EXCEPTION 'an import that was applied stays as it was' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE FUNCTION "people_import_row_kept"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM touched t JOIN people_import i ON i.id = t.import_id WHERE i.state = 'applied')
    AND NOT (TG_OP = 'UPDATE' AND public.is_being_erased(NULL)) THEN
    RAISE EXCEPTION 'the rows of an import that was applied stay as they were' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- The retention role takes out, on record; the application asks for it.
REVOKE ALL ON FUNCTION "is_being_erased"(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "is_being_erased"(uuid) TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT, INSERT ON "erasure" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "erasure" TO tokenwarden_retention;
GRANT UPDATE (path, ip, user_agent, salt) ON "token_use" TO tokenwarden_retention;
GRANT UPDATE (ip, user_agent) ON "token" TO tokenwarden_retention;
GRANT UPDATE (actor_name, ip, user_agent, target_name, note, before, after, salt, actor_hash, target_hash, content_hash) ON "audit_entry" TO tokenwarden_retention;
GRANT UPDATE (target_name, actor_name, note) ON "revocation_order" TO tokenwarden_retention;
GRANT UPDATE (email, name, password_hash, attributes, last_sign_in_at, updated_at, erased_at, version) ON "user_account" TO tokenwarden_retention;
GRANT UPDATE (last_ip) ON "token_usage" TO tokenwarden_retention;
GRANT UPDATE (facts) ON "detection" TO tokenwarden_retention;
GRANT UPDATE (title, compromised_why) ON "incident" TO tokenwarden_retention;
GRANT UPDATE (name) ON "incident_subject" TO tokenwarden_retention;
GRANT UPDATE (what) ON "incident_step" TO tokenwarden_retention;
GRANT UPDATE (text) ON "incident_note" TO tokenwarden_retention;
GRANT UPDATE (to_address, subject, body, recipient_name, state, last_error) ON "mail" TO tokenwarden_retention;
GRANT UPDATE (name, url, source) ON "leak_finding" TO tokenwarden_retention;
GRANT UPDATE (reason) ON "detection_mute" TO tokenwarden_retention;
GRANT UPDATE (key, remark, given, before) ON "people_import_row" TO tokenwarden_retention;
GRANT UPDATE (file_name) ON "people_import" TO tokenwarden_retention;
GRANT UPDATE (query) ON "list_export" TO tokenwarden_retention;
GRANT UPDATE (query, name, name_key) ON "saved_view" TO tokenwarden_retention;
GRANT UPDATE (value) ON "preference" TO tokenwarden_retention;
GRANT UPDATE (target_name, confirm) ON "order_plan" TO tokenwarden_retention;
GRANT UPDATE (filters) ON "selection" TO tokenwarden_retention;
GRANT UPDATE (event, subject) ON "signal_event" TO tokenwarden_retention;
GRANT UPDATE (contact_email, description) ON "client" TO tokenwarden_retention;
GRANT UPDATE (description) ON "user_group", "verifier", "signal_stream" TO tokenwarden_retention;
GRANT DELETE ON "group_member", "sign_on", "user_grant", "protocol_state", "sign_in_attempt", "detection_token", "people_import" TO tokenwarden_retention;
GRANT UPDATE ON "registry_version" TO tokenwarden_retention;
