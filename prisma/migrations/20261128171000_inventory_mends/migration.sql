-- runs beside the version before
-- What: counts of each client's tokens by the day in which they expire, and of those that were revoked or exchanged.
-- Why: live tokens by client walked all that live: 8 s for the list of clients at 10,000,000 tokens, and given up on the overview.
-- Lock: none on a table that is there. The counts are filled by the worker afterwards, in small steps, and hold up nobody.
-- Size: a row of 90 bytes for each day in which tokens of a client, week and kind end.
-- Beside the version before: it knows nothing of the counts; its purge calls the function that is replaced here.

-- CreateTable
CREATE TABLE "token_client_tally" (
    "facet" TEXT NOT NULL,
    "client_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "week" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "tokens" BIGINT NOT NULL,

    CONSTRAINT "token_client_tally_pkey" PRIMARY KEY ("day","client_id","facet","week","kind")
) WITH (fillfactor = 70);
ALTER TABLE "token_client_tally" ADD CONSTRAINT "token_client_tally_facet" CHECK (facet IN ('expires', 'revoked', 'consumed', 'both'));
-- CreateIndex
CREATE INDEX "token_client_tally_client_id_idx" ON "token_client_tally"("client_id");
-- CreateIndex
CREATE INDEX "token_client_tally_week_idx" ON "token_client_tally"("week");

-- CreateTable
CREATE TABLE "token_client_tally_mark" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "times_until" TIMESTAMPTZ(3) NOT NULL,
    "ends_until" TIMESTAMPTZ(3) NOT NULL,
    "ends_after" UUID NOT NULL,

    CONSTRAINT "token_client_tally_mark_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "token_client_tally_mark" ADD CONSTRAINT "token_client_tally_mark_one_row" CHECK (id = 1);
INSERT INTO "token_client_tally_mark" (times_until, ends_until, ends_after)
  VALUES ('1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '00000000-0000-0000-0000-000000000000');

GRANT SELECT, INSERT, UPDATE, DELETE ON "token_client_tally" TO tokenwarden_app;
GRANT SELECT, UPDATE ON "token_client_tally_mark" TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT ON "token_client_tally" TO tokenwarden_retention;

-- Takes a week out of the register, as before, and out of the counts by client too.
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
  PERFORM FROM token_client_tally_mark FOR UPDATE;
  DELETE FROM token_client_tally y WHERE y.week = of_week;
  FOREACH base IN ARRAY ARRAY['token', 'token_label'] LOOP
    part := to_regclass('partitions.' || base || '_' || to_char(of_week, 'YYYYMMDD'));
    CONTINUE WHEN part IS NULL;
    EXECUTE format('DROP TABLE %s', part);
  END LOOP;
END $$;
