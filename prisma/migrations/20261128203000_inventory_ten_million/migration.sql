-- runs beside the version before
-- What: a narrow copy of the tokens that outlive an hour and have not ended, for plans; and whether an order reaches one of them.
-- Why: a plan looked at all that a target was ever given: 4 to 15 s at 10,000,000 tokens, of which 330,000 live.
-- Lock: none on a table that is there. The copy is filled by the worker afterwards, in small steps, and holds up nobody; until then plans look as before.
-- Size: 350 bytes a token that lives longer than an hour and has not ended.
-- Beside the version before: it knows nothing of the copy, and nothing that it writes has to be in it at once.

-- CreateTable
CREATE TABLE "live_token" (
    "id" UUID NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "user_id" UUID,
    "family_id" UUID NOT NULL,
    "session_uid" TEXT,
    "scopes" TEXT[],
    "groups" TEXT[],
    "audiences" TEXT[],
    "signing_kid" TEXT,
    "rooted_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "live_token_pkey" PRIMARY KEY ("id")
);
-- what ended is taken out each minute, and it is read from end to end
ALTER TABLE "live_token" ALTER COLUMN "scopes" SET NOT NULL, ALTER COLUMN "groups" SET NOT NULL, ALTER COLUMN "audiences" SET NOT NULL,
  SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

-- CreateTable
CREATE TABLE "live_token_mark" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "added_until" TIMESTAMPTZ(3) NOT NULL,
    "ended_until" TIMESTAMPTZ(3) NOT NULL,
    "expired_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "live_token_mark_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "live_token_mark" ADD CONSTRAINT "live_token_mark_one_row" CHECK (id = 1);
INSERT INTO "live_token_mark" (added_until, ended_until, expired_until)
  VALUES ('1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z');

-- `order_reaches` for a row of the copy; a test holds the two together.
CREATE FUNCTION "order_reaches_live"(o "revocation_order", t "live_token") RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE o.target_kind
    WHEN 'token' THEN o.target_id = t.id::text
    WHEN 'family' THEN o.target_id = t.family_id::text
    WHEN 'signing_key' THEN o.target_id = t.signing_kid
    WHEN 'session' THEN o.target_id = t.session_uid AND t.rooted_at <= o.cutoff
    WHEN 'user' THEN o.target_id = t.user_id::text AND t.rooted_at <= o.cutoff
    WHEN 'client' THEN o.target_id = t.client_id::text AND t.rooted_at <= o.cutoff
    WHEN 'permission' THEN o.target_id = ANY (t.scopes) AND t.rooted_at <= o.cutoff
    WHEN 'group' THEN o.target_id = ANY (t.groups) AND t.rooted_at <= o.cutoff
    WHEN 'audience' THEN o.target_id = ANY (t.audiences) AND t.rooted_at <= o.cutoff
    WHEN 'everything' THEN t.rooted_at <= o.cutoff
    WHEN 'selection' THEN selection_has(o.target_id, t.id)
    ELSE false
  END
$$;

GRANT SELECT, INSERT, DELETE ON "live_token" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "live_token_mark" TO tokenwarden_app;
GRANT SELECT ON "live_token", "live_token_mark" TO tokenwarden_retention;
