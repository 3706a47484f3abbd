-- What: of each closed day of the log its paths and its user agents, each with its method and how often it was used: by hour and outcome; by hour and mix, and by mix, where that is much less than the uses themselves. And of which days they are all there.
-- Why: a part of a path or of a user agent was looked for row by row: of 100,000,000 uses over 90 days neither a chart nor counts by value came to their end, and to know that a path was never asked for took all of the log.
-- Also: a day that is forgotten, in which somebody was erased, or that leaves the log takes them with it, by the foreign key.
-- Lock: none on a table that exists, but for the foreign key's moment on busy_use_day. Size: empty at first; the worker counts the days that are there in the background, newest first; 5,000 values of a kind and day at most.
-- runs beside the version before

-- CreateTable
CREATE TABLE "call_use_day" (
    "kind" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "is_whole" BOOLEAN NOT NULL,
    "has_mixes" BOOLEAN NOT NULL,

    CONSTRAINT "call_use_day_pkey" PRIMARY KEY ("kind","day")
);

-- CreateTable
CREATE TABLE "call_use" (
    "kind" TEXT NOT NULL,
    "day" TIMESTAMPTZ(3) NOT NULL,
    "number" INTEGER NOT NULL,
    "method" TEXT,
    "value" TEXT,
    "hours" SMALLINT[],
    "issued" INTEGER[],
    "allowed" INTEGER[],
    "refused" INTEGER[],
    "mix_hours" SMALLINT[],
    "hour_mixes" INTEGER[],
    "hour_counts" INTEGER[],
    "mixes" INTEGER[],
    "counts" INTEGER[],

    CONSTRAINT "call_use_pkey" PRIMARY KEY ("kind","day","number")
);

-- CreateIndex
CREATE INDEX "call_use_day_day_idx" ON "call_use_day"("day");

-- AddForeignKey
ALTER TABLE "call_use_day" ADD CONSTRAINT "call_use_day_day_fkey" FOREIGN KEY ("day") REFERENCES "busy_use_day"("day") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "call_use" ADD CONSTRAINT "call_use_kind_day_fkey" FOREIGN KEY ("kind", "day") REFERENCES "call_use_day"("kind", "day") ON DELETE CASCADE ON UPDATE RESTRICT;

ALTER TABLE "call_use_day" ADD CONSTRAINT "call_use_day_kind" CHECK (kind IN ('path', 'agent'));
ALTER TABLE "call_use" ADD CONSTRAINT "call_use_counts" CHECK (cardinality(hours) = cardinality(issued) AND cardinality(issued) = cardinality(allowed)
  AND cardinality(allowed) = cardinality(refused) AND cardinality(mix_hours) = cardinality(hour_mixes) AND cardinality(hour_mixes) = cardinality(hour_counts) AND cardinality(mixes) = cardinality(counts));

-- read by one process, as the other counts are (rollups_read_by_one)
ALTER TABLE "call_use" SET (parallel_workers = 0);

-- The retention role counts a closed day; it goes with its line of busy_use_day.
GRANT SELECT ON "call_use_day", "call_use" TO tokenwarden_app;
GRANT SELECT, INSERT ON "call_use_day", "call_use" TO tokenwarden_retention;
