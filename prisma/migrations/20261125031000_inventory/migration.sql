-- What: counts of tokens by week, client, kind, format and what they carry; roles among the labels; tokens by the address they were issued to;
--   uses by time in blocks.
-- Why: totals of millions are exact in milliseconds, and a list knows before it reads which weeks and clients can hold what is asked for. Roles
--   and addresses are filters; a list by last use reads the blocks of its time alone.
-- Lock: `token` cannot be written while the index of addresses is built, `token_usage` while its own is, `token_label` while roles are added. At
--   10,000,000 tokens see docs/decisions/0022. The counts themselves are filled by the worker afterwards, in small steps, and hold up nobody.
-- Partitions: plain. The index is made on the register and on each of its partitions at once; those to come get it when they are made.
-- Size: an entry of 55 bytes a token; a row of 150 bytes for each week, client, kind, format and label that occur together; 24 kB a million uses.

-- CreateTable
CREATE TABLE "token_tally" (
    "week" TIMESTAMPTZ(3) NOT NULL,
    "client_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "format" TEXT NOT NULL,
    "facet" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "tokens" BIGINT NOT NULL,
    "longest_seconds" INTEGER NOT NULL,
    "shortest_seconds" INTEGER NOT NULL,

    CONSTRAINT "token_tally_pkey" PRIMARY KEY ("facet","label","week","client_id","kind","format")
) WITH (fillfactor = 70);
ALTER TABLE "token_tally" ADD CONSTRAINT "token_tally_facet" CHECK (facet IN ('all', 'scope', 'group', 'role', 'audience', 'key', 'holder', 'network'));

-- CreateTable
CREATE TABLE "token_tally_mark" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "counted_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "token_tally_mark_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "token_tally_mark" ADD CONSTRAINT "token_tally_mark_one_row" CHECK (id = 1);
INSERT INTO "token_tally_mark" (id, counted_until) VALUES (1, '1970-01-01T00:00:00Z');

GRANT SELECT, INSERT, UPDATE, DELETE ON "token_tally" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "token_tally_mark" TO tokenwarden_app;
GRANT SELECT ON "token_tally", "token_tally_mark" TO tokenwarden_retention;

-- roles that tokens carry already
INSERT INTO "token_label" (kind, label, issued_at, token_id)
  SELECT 'role', r, issued_at, id FROM "token", unnest(roles) AS r WHERE roles <> '{}' ON CONFLICT DO NOTHING;

-- The wide network that an address is in, for counts by network.
CREATE FUNCTION "wide_network_of"(address inet) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT network(set_masklen(address, CASE family(address) WHEN 4 THEN 8 ELSE 32 END))::text
$$;

-- An address as a number to compare, or null for text that is none: an issue never fails for it.
CREATE FUNCTION "address_of"(address text) RETURNS inet LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  -- an exception block would cost a subtransaction a row
  IF pg_input_is_valid(address, 'inet') THEN RETURN address::inet; END IF;
  RETURN NULL;
END $$;
-- tokens by the address or network that they were issued to
CREATE INDEX "token_address" ON "token" ("address_of"(ip), issued_at, id);

-- CreateIndex: by blocks, so that a use still rewrites no index
CREATE INDEX "token_usage_last_used_at_idx" ON "token_usage" USING BRIN ("last_used_at");
