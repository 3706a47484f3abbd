-- What: the country that a token was issued to, with its index and its counts in the tally.
-- Why: tokens are found and counted by place. What was issued before has none, and counts as unknown: its address is there, but where an address is
--   is true of a day.
-- Lock: the column is added without a rewrite. `token` cannot be written while the index is built; 8 s for 1,000,000 tokens on a busy machine.
-- Partitions: plain. The index is made on the register and on each of its partitions at once; those to come get it when they are made.
-- Size: an index entry of 44 to 80 bytes a token; in the tally a row for each week, client, kind, format and country that occur together.
-- A worker of the version before would count without places: it stops when this lands, and the renamed function keeps it from counting until then.

-- AlterTable
ALTER TABLE "token" ADD COLUMN "country" TEXT;
-- tokens issued to a country, or to an unknown one, newest first
CREATE INDEX "token_country" ON "token" ((coalesce(country, 'unknown')), issued_at, id);

-- the count of a version before fails from here on
ALTER FUNCTION "wide_network_of"(inet) RENAME TO "tally_network_of";
-- AlterTable: behind a count that is under way
ALTER TABLE "token_tally" DROP CONSTRAINT "token_tally_facet";
ALTER TABLE "token_tally" ADD CONSTRAINT "token_tally_facet"
  CHECK (facet IN ('all', 'scope', 'group', 'role', 'audience', 'key', 'holder', 'network', 'country'));
-- what is counted already has no known place
INSERT INTO "token_tally" (week, client_id, kind, format, facet, label, tokens, longest_seconds, shortest_seconds)
  SELECT week, client_id, kind, format, 'country', 'unknown', tokens, longest_seconds, shortest_seconds FROM "token_tally" WHERE facet = 'all';
