-- What: a closed day's uses may be indexed by client too, beside address and user; and the days that may leave the log though their evidence does not hold.
-- Why: the newest uses of a client with many tokens, each with few uses, were found by reading the log row by row: two seconds and given up over 90 days. A day is verified
--   before it leaves; one that does not hold stays until an owner lets it go.
-- Lock: none but on the function. Size: some 7 bytes a use once the worker has built the index of a day, one day at a time.
-- runs beside the version before

CREATE OR REPLACE FUNCTION "index_uses_of_day"(of_day timestamptz, holder text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  base text := 'token_use_' || to_char(of_day, 'YYYYMMDD');
  part regclass := to_regclass('partitions.' || base);
BEGIN
  IF holder NOT IN ('ip', 'user_id', 'client_id') OR of_day <> date_trunc('day', of_day) OR of_day + interval '1 day 15 minutes' > clock_timestamp() THEN
    RAISE EXCEPTION 'uses of % are not indexed by %', of_day, holder USING ERRCODE = 'check_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('tokenwarden.index_uses'));
  IF part IS NULL OR to_regclass('partitions.' || base || '_of_' || holder) IS NOT NULL THEN RETURN false; END IF;
  EXECUTE format('CREATE INDEX %I ON %s (%I) WHERE %I IS NOT NULL', base || '_of_' || holder, part, holder, holder);
  RETURN true;
END $$;

-- CreateTable
CREATE TABLE "released_use_day" (
    "day" TIMESTAMPTZ(3) NOT NULL,
    "released_at" TIMESTAMPTZ(3) NOT NULL,
    "check_id" UUID NOT NULL,

    CONSTRAINT "released_use_day_pkey" PRIMARY KEY ("day")
);
GRANT SELECT, INSERT ON "released_use_day" TO tokenwarden_app;
GRANT SELECT ON "released_use_day" TO tokenwarden_retention;
