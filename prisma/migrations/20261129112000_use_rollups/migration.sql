-- What: counts of uses by span of time and mix of outcome, reason, source, client, verifier and country; the mark of what is counted.
-- Why: a week of 100 million uses took 2.7 s to count for the explorer's histogram, and facets more. Writers of uses do nothing for it: a worker counts spans that nothing
--   can come into any more, newest first, and works backwards through what is there already.
-- Also: a closed day's uses are indexed by address and by user, by the worker, so that one address or person is followed through 90 days; and exports have a third format.
-- Lock: ACCESS EXCLUSIVE on list_export for the moment that a check over its few rows takes; none on any other table that exists. Size: some 20 bytes a use for both indexes; some 16 bytes for each mix that is used within a quarter of an hour, before compression: less than a hundredth of the log.
-- runs beside the version before

-- CreateTable
CREATE TABLE "use_mix" (
    "id" SERIAL NOT NULL,
    "outcome" TEXT NOT NULL,
    "refusal" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "verifier_id" UUID NOT NULL,
    "country" TEXT NOT NULL,

    CONSTRAINT "use_mix_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "use_rollup" (
    "grain" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "issued" BIGINT NOT NULL,
    "allowed" BIGINT NOT NULL,
    "refused" BIGINT NOT NULL,
    "mixes" INTEGER[],
    "counts" BIGINT[],
    "counted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "use_rollup_pkey" PRIMARY KEY ("grain","at")
);

-- CreateTable
CREATE TABLE "use_rollup_mark" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,
    "is_whole" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "use_rollup_mark_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "use_mix_client_id_verifier_id_source_outcome_refusal_countr_key" ON "use_mix"("client_id", "verifier_id", "source", "outcome", "refusal", "country");

ALTER TABLE "use_rollup"
  ADD CONSTRAINT "use_rollup_grain" CHECK (grain IN (900, 7200, 43200, 86400)),
  ADD CONSTRAINT "use_rollup_whole" CHECK (mod(extract(epoch FROM at), grain) = 0),
  ADD CONSTRAINT "use_rollup_counts" CHECK (cardinality(mixes) = cardinality(counts));
ALTER TABLE "use_rollup_mark"
  ADD CONSTRAINT "use_rollup_mark_single" CHECK (id = 1),
  ADD CONSTRAINT "use_rollup_mark_order" CHECK (from_at <= until_at);

INSERT INTO "use_rollup_mark" (id, from_at, until_at, sealed_at)
SELECT 1, edge, edge, now() FROM date_bin('15 minutes', now(), timestamptz 'epoch') AS edge;

ALTER TABLE "list_export" DROP CONSTRAINT "list_export_format", ADD CONSTRAINT "list_export_format" CHECK (format IN ('csv', 'ndjson', 'ocsf'));

-- Indexes the uses of a closed day by address or user. Whoever writes uses pays nothing for it: nothing comes into that day any more but what was on its way. One index a call.
CREATE FUNCTION "index_uses_of_day"(of_day timestamptz, holder text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text := 'token_use_' || to_char(of_day, 'YYYYMMDD');
  part regclass := to_regclass('partitions.' || base);
BEGIN
  IF holder NOT IN ('ip', 'user_id') OR of_day <> date_trunc('day', of_day) OR of_day + interval '1 day 15 minutes' > clock_timestamp() THEN
    RAISE EXCEPTION 'uses of % are not indexed by %', of_day, holder USING ERRCODE = 'check_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('tokenwarden.index_uses'));
  IF part IS NULL OR to_regclass('partitions.' || base || '_of_' || holder) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE INDEX %I ON %s (%I) WHERE %I IS NOT NULL', base || '_of_' || holder, part, holder, holder);
  RETURN true;
END $$;
REVOKE ALL ON FUNCTION "index_uses_of_day"(timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "index_uses_of_day"(timestamptz, text) TO tokenwarden_retention;

GRANT SELECT, INSERT, UPDATE ON "use_mix", "use_rollup" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "use_rollup_mark" TO tokenwarden_app;
GRANT USAGE ON SEQUENCE "use_mix_id_seq" TO tokenwarden_app;
GRANT SELECT ON "use_mix", "use_rollup", "use_rollup_mark" TO tokenwarden_retention;
