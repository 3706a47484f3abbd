-- What: how long uses and acts stay on record, the days and acts that have left, the functions by which they leave; restores that were found and confirmed.
-- Why: the log grows for ever otherwise, and what leaves it must leave its seals verifiable; a database that was put back to an older state must not serve
--   tokens that were revoked since.
-- Lock: ACCESS EXCLUSIVE on organisation, which holds one row; SHARE on seal while a small index is built, for which sealing waits about 1 s a million seals.
-- Size: a row a day that has left, a row a day of acts that has left, some hundred rows of 100 bytes for the seals over the last midnight.
-- An authority of the version before would serve a restored database: it stops when this lands.

-- AlterTable
ALTER TABLE "organisation" ADD COLUMN "act_days" INTEGER NOT NULL DEFAULT 3650,
ADD COLUMN "use_days" INTEGER NOT NULL DEFAULT 365;
ALTER TABLE "organisation"
  ADD CONSTRAINT "organisation_use_days" CHECK (use_days BETWEEN 30 AND 3650),
  ADD CONSTRAINT "organisation_act_days" CHECK (act_days BETWEEN 90 AND 3650);

-- CreateTable
CREATE TABLE "purged_use_day" (
    "day" TIMESTAMPTZ(3) NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,
    "uses" BIGINT NOT NULL,
    "unsealed" BIGINT NOT NULL,
    "bytes" BIGINT NOT NULL,
    "kept_days" INTEGER NOT NULL,
    "checkpoint" BIGINT NOT NULL,

    CONSTRAINT "purged_use_day_pkey" PRIMARY KEY ("day")
);
ALTER TABLE "purged_use_day" ADD CONSTRAINT "purged_use_day_midnight" CHECK (day = date_trunc('day', day, 'UTC'));

-- CreateTable
CREATE TABLE "purged_acts" (
    "through" BIGINT NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,
    "acts" BIGINT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "kept_days" INTEGER NOT NULL,
    "checkpoint" BIGINT NOT NULL,

    CONSTRAINT "purged_acts_pkey" PRIMARY KEY ("through")
);

-- CreateTable
CREATE TABLE "kept_leaf" (
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "id" UUID NOT NULL,
    "writer_id" UUID NOT NULL,
    "flush" BIGINT NOT NULL,
    "ordinal" INTEGER NOT NULL,
    "leaf" BYTEA NOT NULL,
    "needed_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "kept_leaf_pkey" PRIMARY KEY ("received_at","id")
);
ALTER TABLE "kept_leaf" ADD CONSTRAINT "kept_leaf_sha256" CHECK (octet_length(leaf) = 32);

-- CreateTable
CREATE TABLE "restore" (
    "id" UUID NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL,
    "mark_number" BIGINT NOT NULL,
    "mark_at" TIMESTAMPTZ(3) NOT NULL,
    "mark_hash" TEXT NOT NULL,
    "mark_acts" BIGINT NOT NULL,
    "common_number" BIGINT NOT NULL,
    "common_at" TIMESTAMPTZ(3),
    "common_acts" BIGINT NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3),
    "takes_back" BOOLEAN,

    CONSTRAINT "restore_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "restore" ADD CONSTRAINT "restore_confirmed" CHECK ((confirmed_at IS NULL) = (takes_back IS NULL));
-- one at a time
CREATE UNIQUE INDEX "restore_open" ON "restore" ((true)) WHERE confirmed_at IS NULL;

-- Seals that speak for rows of more than one day: what of their rows leaves with its day leaves its leaf behind.
CREATE INDEX "seal_over_midnight" ON "seal" (received_to)
  WHERE (received_from AT TIME ZONE 'UTC')::date <> (received_to AT TIME ZONE 'UTC')::date;

-- What a day of the log is: its rows, those of writers that never sealed, the bytes of its partition; and how many days it is kept.
-- Until the transaction ends nothing is added to its partition and the setting stays; whoever reads is not held up.
CREATE FUNCTION "measure_use_day"(of_day timestamptz, OUT uses bigint, OUT unsealed bigint, OUT bytes bigint, OUT kept_days integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  part regclass := to_regclass('partitions.token_use_' || to_char(of_day, 'YYYYMMDD'));
BEGIN
  SELECT use_days INTO STRICT kept_days FROM organisation WHERE id = 1 FOR SHARE;
  bytes := 0;
  IF part IS NOT NULL THEN
    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', part);
    bytes := pg_total_relation_size(part);
  END IF;
  SELECT coalesce(sum(w.rows), 0), coalesce(sum(w.rows) FILTER (WHERE NOT EXISTS (SELECT FROM seal s WHERE s.chain = w.writer_id)), 0) INTO uses, unsealed
    FROM (SELECT u.writer_id, count(*) AS rows FROM token_use u WHERE u.received_at >= of_day AND u.received_at < of_day + interval '1 day' GROUP BY 1) w;
END $$;

-- Takes a day out of the log. Refuses, whoever asks, a day that has not been over for as long as the organisation keeps uses, one that is not on record as a day
-- that leaves, and one that has an older one before it. Call it last: readers and writers of the log wait from here to the commit.
CREATE FUNCTION "drop_use_day"(of_day timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  part regclass := to_regclass('partitions.token_use_' || to_char(of_day, 'YYYYMMDD')); cutoff timestamptz;
BEGIN
  SELECT clock_timestamp() - make_interval(days => use_days) INTO STRICT cutoff FROM organisation WHERE id = 1 FOR SHARE;
  IF of_day <> date_trunc('day', of_day) OR of_day + interval '1 day' > cutoff THEN
    RAISE EXCEPTION 'the uses of % are kept', of_day USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM purged_use_day d WHERE d.day = of_day) THEN
    RAISE EXCEPTION 'the uses of % are not on record as those that leave', of_day USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT FROM token_use u WHERE u.received_at < of_day) THEN
    RAISE EXCEPTION 'there are older uses than those of %', of_day USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM partitions.token_use_default u WHERE u.received_at >= of_day AND u.received_at < of_day + interval '1 day';
  IF part IS NOT NULL THEN EXECUTE format('DROP TABLE %s', part); END IF;
END $$;

-- How many days acts are kept. Until the transaction ends the setting stays.
CREATE FUNCTION "hold_act_days"() RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT act_days FROM organisation WHERE id = 1 FOR SHARE
$$;

-- Takes acts out of the log, the oldest, up to a sequence. Refuses where one of them is younger than the organisation keeps acts, or where it is not on record.
CREATE FUNCTION "drop_acts"(up_to bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
  cutoff timestamptz; dropped bigint;
BEGIN
  SELECT clock_timestamp() - make_interval(days => act_days) INTO STRICT cutoff FROM organisation WHERE id = 1 FOR SHARE;
  IF EXISTS (SELECT FROM audit_entry e WHERE e.sequence <= up_to AND e.at > cutoff) THEN
    RAISE EXCEPTION 'acts up to % are kept', up_to USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT FROM purged_acts p WHERE p.through = up_to) THEN
    RAISE EXCEPTION 'acts up to % are not on record as those that leave', up_to USING ERRCODE = 'check_violation';
  END IF;
  DELETE FROM audit_entry e WHERE e.sequence <= up_to;
  GET DIAGNOSTICS dropped = ROW_COUNT;
  RETURN dropped;
END $$;

-- Append-only tables. What is on record as having left may go, row by row: of a week of the register and of a day of the log what the common partition has of it,
-- and the oldest acts.
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
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- What has left stays on record.
CREATE TRIGGER "purged_use_day_append_only" BEFORE UPDATE OR DELETE ON "purged_use_day" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();
CREATE TRIGGER "purged_acts_append_only" BEFORE UPDATE OR DELETE ON "purged_acts" FOR EACH ROW EXECUTE FUNCTION "refuse_rewrite"();

-- The retention role takes out, on record; the application reads what has left.
REVOKE ALL ON FUNCTION "measure_use_day"(timestamptz), "drop_use_day"(timestamptz), "hold_act_days"(), "drop_acts"(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "measure_use_day"(timestamptz), "drop_use_day"(timestamptz), "hold_act_days"(), "drop_acts"(bigint) TO tokenwarden_retention;
GRANT SELECT ON "purged_use_day", "purged_acts", "kept_leaf" TO tokenwarden_app;
GRANT SELECT, INSERT ON "purged_use_day", "purged_acts" TO tokenwarden_retention;
GRANT SELECT, INSERT, DELETE ON "kept_leaf" TO tokenwarden_retention;
-- how much of the log has no partition of its own
GRANT USAGE ON SCHEMA "partitions" TO tokenwarden_app;
GRANT SELECT ON "partitions"."token_use_default" TO tokenwarden_app, tokenwarden_retention;
GRANT SELECT, INSERT, UPDATE ON "restore" TO tokenwarden_app;
GRANT SELECT ON "restore" TO tokenwarden_retention;
