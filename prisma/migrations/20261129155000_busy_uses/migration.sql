-- What: of each closed day of the log the counts of those who have many uses in it: a user, an address, a family; by hour and mix. And which days are counted.
-- Why: the histogram of somebody with millions of uses over 90 days read each of them through the closed days' indexes, in 26 s. Who has few uses of a day is read from the log, as before.
-- Also: a day that leaves the log takes its counts with it.
-- Lock: none on a table that exists. Size: empty at first; the worker counts the days that are there in the background, newest first. Each has more than 500 uses of its day; some 1,600 bytes a day of somebody's.
-- runs beside the version before

-- CreateTable
CREATE TABLE "busy_use_day" (
    "day" TIMESTAMPTZ(3) NOT NULL,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "busy_use_day_pkey" PRIMARY KEY ("day")
);

-- CreateTable
CREATE TABLE "busy_use" (
    "kind" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "hours" SMALLINT[],
    "mixes" INTEGER[],
    "counts" INTEGER[],

    CONSTRAINT "busy_use_pkey" PRIMARY KEY ("kind","subject","day")
);

-- CreateIndex
CREATE INDEX "busy_use_day_idx" ON "busy_use"("day");

-- AddForeignKey
ALTER TABLE "busy_use" ADD CONSTRAINT "busy_use_day_fkey" FOREIGN KEY ("day") REFERENCES "busy_use_day"("day") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "busy_use_day" ADD CONSTRAINT "busy_use_day_whole" CHECK (mod(extract(epoch FROM day), 86400) = 0);
ALTER TABLE "busy_use"
  ADD CONSTRAINT "busy_use_kind" CHECK (kind IN ('user', 'ip', 'family')),
  ADD CONSTRAINT "busy_use_counts" CHECK (cardinality(hours) = cardinality(mixes) AND cardinality(mixes) = cardinality(counts));

-- Takes a day out of the log. Refuses, whoever asks, a day that has not been over for as long as the organisation keeps uses, one that is not on record as a day
-- that leaves, and one that has an older one before it. Call it last: readers and writers of the log wait from here to the commit.
CREATE OR REPLACE FUNCTION "drop_use_day"(of_day timestamptz) RETURNS void
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
  -- last: whoever counted the partition until now has put it on record
  DELETE FROM busy_use_day b WHERE b.day <= of_day;
END $$;

-- The retention role counts a closed day, and takes one out in which somebody was erased; the application, one into which something came later.
GRANT SELECT, DELETE ON "busy_use_day" TO tokenwarden_app;
GRANT SELECT ON "busy_use" TO tokenwarden_app;
GRANT SELECT, INSERT, DELETE ON "busy_use_day" TO tokenwarden_retention;
GRANT SELECT, INSERT ON "busy_use" TO tokenwarden_retention;
