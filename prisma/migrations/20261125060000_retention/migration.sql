-- What: how long expired tokens stay in the register; the weeks that have left it; the functions by which a week leaves.
-- Why: the register grows for ever otherwise. A week of it goes as a whole when all of its tokens have been expired for long enough; what it was
--   stays on record, so that a token of it that comes later is known as expired and not taken for a forgery.
-- Lock: ACCESS EXCLUSIVE on organisation, which holds one row; token_tally is not written while its index is built, which the worker alone waits for. Nothing
--   of the register is touched. Size: a row a week that has left, 10 bytes a row of the tally.
-- An authority of the version before would raise the alarm for tokens of such weeks: it stops when this lands.

-- AlterTable
ALTER TABLE "organisation" ADD COLUMN "expired_token_days" INTEGER NOT NULL DEFAULT 90;
ALTER TABLE "organisation" ADD CONSTRAINT "organisation_expired_token_days" CHECK (expired_token_days BETWEEN 7 AND 3650);

-- CreateTable
CREATE TABLE "purged_week" (
    "week" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,
    "tokens" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "last_expiry" TIMESTAMPTZ(3),
    "kept_days" INTEGER NOT NULL,
    "swept_at" TIMESTAMPTZ(3),

    CONSTRAINT "purged_week_pkey" PRIMARY KEY ("week")
);
ALTER TABLE "purged_week" ADD CONSTRAINT "purged_week_monday" CHECK (week = date_trunc('week', week, 'UTC'));
-- weeks whose rows in other tables are being taken away
CREATE INDEX "purged_week_unswept" ON "purged_week" (week) WHERE swept_at IS NULL;

-- CreateIndex
CREATE INDEX "token_tally_week_idx" ON "token_tally"("week");

-- What a week of the register is: its tokens, the bytes of its partitions, when the last of it expires; and how many days it is kept after that.
-- Until the transaction ends nothing is added to its partitions and the setting stays; whoever reads is not held up.
CREATE FUNCTION "measure_register_week"(of_week timestamptz, OUT tokens bigint, OUT bytes bigint, OUT last_expiry timestamptz, OUT kept_days integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text; part regclass;
BEGIN
  SELECT expired_token_days INTO STRICT kept_days FROM organisation WHERE id = 1 FOR SHARE;
  bytes := 0;
  FOREACH base IN ARRAY ARRAY['token', 'token_label'] LOOP
    part := to_regclass('partitions.' || base || '_' || to_char(of_week, 'YYYYMMDD'));
    CONTINUE WHEN part IS NULL;
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', part);
    bytes := bytes + pg_total_relation_size(part);
  END LOOP;
  SELECT count(*), max(t.expires_at) INTO tokens, last_expiry FROM token t
    WHERE t.issued_at >= of_week AND t.issued_at < of_week + interval '7 days';
END $$;

-- Takes a week out of the register: its partitions, and its counts in the tally. Refuses, whoever asks, a week that is not over or that has a token
-- which has not been expired for as long as the organisation keeps them. Call it last: readers and writers of the register wait from here to the commit.
CREATE FUNCTION "drop_register_week"(of_week timestamptz) RETURNS void
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
  FOREACH base IN ARRAY ARRAY['token', 'token_label'] LOOP
    part := to_regclass('partitions.' || base || '_' || to_char(of_week, 'YYYYMMDD'));
    CONTINUE WHEN part IS NULL;
    EXECUTE format('DROP TABLE %s', part);
  END LOOP;
END $$;

-- Indexes a closed day's issues by their holders: once the tokens have left the register, it is the log that knows whose they were. One index a call.
CREATE FUNCTION "index_issues_of_day"(of_day timestamptz, holder text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text := 'token_use_' || to_char(of_day, 'YYYYMMDD');
  part regclass := to_regclass('partitions.' || base);
BEGIN
  IF holder NOT IN ('client_id', 'user_id', 'family_id') OR of_day + interval '1 day' > clock_timestamp() THEN
    RAISE EXCEPTION 'issues of % are not indexed by %', of_day, holder USING ERRCODE = 'check_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('tokenwarden.index_issues'));
  IF part IS NULL OR to_regclass('partitions.' || base || '_issued_' || holder) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE INDEX %I ON %s (%I) WHERE outcome = ''issued''', base || '_issued_' || holder, part, holder);
END $$;

-- Append-only tables. What a week that has left the register still has in the common partition may go, row by row.
CREATE OR REPLACE FUNCTION "refuse_rewrite"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_SCHEMA = 'partitions' AND TG_TABLE_NAME = 'token_default' THEN
    IF EXISTS (SELECT FROM public.purged_week w WHERE w.week = date_trunc('week', OLD.issued_at, 'UTC') AND w.left_at > OLD.expires_at) THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- The retention role takes weeks out, on record; the application reads what has left.
REVOKE ALL ON FUNCTION "measure_register_week"(timestamptz), "drop_register_week"(timestamptz), "index_issues_of_day"(timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "measure_register_week"(timestamptz), "drop_register_week"(timestamptz), "index_issues_of_day"(timestamptz, text)
  TO tokenwarden_retention;
GRANT SELECT ON "purged_week" TO tokenwarden_app;
GRANT SELECT, INSERT, UPDATE ON "purged_week" TO tokenwarden_retention;
GRANT INSERT ON "audit_entry" TO tokenwarden_retention;
GRANT UPDATE ON "audit_chain", "token_tally_mark" TO tokenwarden_retention;
GRANT DELETE ON "token_usage", "token_standing", "refresh_consumption", "selection_token", "token_family" TO tokenwarden_retention;
GRANT USAGE ON SCHEMA "partitions" TO tokenwarden_retention;
GRANT SELECT, DELETE ON "partitions"."token_default", "partitions"."token_label_default" TO tokenwarden_retention;
