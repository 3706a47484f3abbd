-- runs beside the version before
-- What: counts of tokens by when they expire and how long they live, of those that were revoked or exchanged by when they expire, and of those that were
--   used; with the instant at which a revocation and a first use were written.
-- Why: totals of states, expiry, lifetime and never used took longer than two seconds at 10,000,000 tokens; a list by expiry opened every week of the register;
--   a list of revoked tokens by expiry walked past all that are not.
-- Lock: short ones for the columns, which have a constant for the rows that are there and rewrite nothing; then `token_standing`, `token_usage` and
--   `refresh_consumption` are locked while their indexes by blocks are built, a second for some millions of rows each. The counts themselves are filled by the
--   worker afterwards, in small steps, and hold up nobody.
-- Size: 8 bytes a row of the two tables; a row of 90 bytes for each 20 minutes of expiry in which tokens of a week and kind end; 24 kB of index a million rows.
-- Beside the version before: its writers get the column's default or the triggers below, its purge calls the function that is replaced here.

-- AlterTable: rows of before say 1970, and are counted by their ids
ALTER TABLE "token_standing" ADD COLUMN "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE "token_standing" ALTER COLUMN "recorded_at" SET DEFAULT clock_timestamp();
ALTER TABLE "token_usage" ADD COLUMN "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT '1970-01-01T00:00:00Z';
ALTER TABLE "token_usage" ALTER COLUMN "recorded_at" SET DEFAULT clock_timestamp();

-- CreateIndex: by blocks, so that a use still rewrites no index and settling writes none
CREATE INDEX "token_standing_recorded_at_idx" ON "token_standing" USING BRIN ("recorded_at") WITH (autosummarize = on);
CREATE INDEX "token_usage_recorded_at_idx" ON "token_usage" USING BRIN ("recorded_at") WITH (autosummarize = on);
CREATE INDEX "refresh_consumption_consumed_at_idx" ON "refresh_consumption" USING BRIN ("consumed_at") WITH (autosummarize = on);

-- What was suspended and is revoked, or was refused and is used, is so from now on.
CREATE FUNCTION "recorded_now"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.recorded_at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER "token_standing_recorded" BEFORE UPDATE ON "token_standing" FOR EACH ROW
  WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION "recorded_now"();
CREATE TRIGGER "token_usage_recorded" BEFORE UPDATE ON "token_usage" FOR EACH ROW
  WHEN (OLD.last_used_at IS NULL AND NEW.last_used_at IS NOT NULL) EXECUTE FUNCTION "recorded_now"();

-- CreateTable
CREATE TABLE "token_time_tally" (
    "facet" TEXT NOT NULL,
    "bucket" BIGINT NOT NULL,
    "week" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "tokens" BIGINT NOT NULL,

    CONSTRAINT "token_time_tally_pkey" PRIMARY KEY ("facet","bucket","week","kind")
) WITH (fillfactor = 70);
ALTER TABLE "token_time_tally" ADD CONSTRAINT "token_time_tally_facet"
  CHECK (facet IN ('expires', 'lives', 'revoked', 'consumed', 'both', 'idle', 'used'));
-- CreateIndex
CREATE INDEX "token_time_tally_week_idx" ON "token_time_tally"("week");

-- CreateTable
CREATE TABLE "token_time_tally_mark" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "times_until" TIMESTAMPTZ(3) NOT NULL,
    "ends_until" TIMESTAMPTZ(3) NOT NULL,
    "ends_after" UUID NOT NULL,
    "uses_until" TIMESTAMPTZ(3) NOT NULL,
    "uses_after" UUID NOT NULL,

    CONSTRAINT "token_time_tally_mark_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "token_time_tally_mark" ADD CONSTRAINT "token_time_tally_mark_one_row" CHECK (id = 1);
INSERT INTO "token_time_tally_mark" (times_until, ends_until, ends_after, uses_until, uses_after) VALUES ('1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z',
  '00000000-0000-0000-0000-000000000000', '1970-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000');

GRANT SELECT, INSERT, UPDATE, DELETE ON "token_time_tally" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "token_time_tally_mark" TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT ON "token_time_tally" TO tokenwarden_retention;

-- Takes a week out of the register, as before, and out of the counts by time too.
CREATE OR REPLACE FUNCTION "drop_register_week"(of_week timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text; part regclass; cutoff timestamptz; survivor timestamptz;
BEGIN
  SELECT clock_timestamp() - make_interval(days => expired_token_days) INTO STRICT cutoff FROM organisation WHERE id = 1 FOR SHARE;
  IF of_week <> date_trunc('week', of_week) OR of_week + interval '7 days' > cutoff THEN
    RAISE EXCEPTION 'the week of % is kept', of_week USING ERRCODE = 'check_violation';
  END IF;
  SELECT t.expires_at INTO survivor FROM token t WHERE t.issued_at >= of_week AND t.issued_at < of_week + interval '7 days'
    ORDER BY t.expires_at DESC LIMIT 1;
  IF survivor > cutoff THEN
    RAISE EXCEPTION 'the week of % has a token that expires at %', of_week, survivor USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM purged_week w WHERE w.week = of_week) THEN
    RAISE EXCEPTION 'the week of % is not on record as one that leaves', of_week USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM token_tally y WHERE y.week = of_week;
  -- whoever counts holds the mark, whichever version called this
  PERFORM FROM token_time_tally_mark FOR UPDATE;
  DELETE FROM token_time_tally y WHERE y.week = of_week;
  FOREACH base IN ARRAY ARRAY['token', 'token_label'] LOOP
    part := to_regclass('partitions.' || base || '_' || to_char(of_week, 'YYYYMMDD'));
    CONTINUE WHEN part IS NULL;
    EXECUTE format('DROP TABLE %s', part);
  END LOOP;
END $$;
