-- What: what left the log before a stream had sent it says whether it was counted, or how many it was at most.
-- Why: a day too large to be counted in seconds kept itself and all younger ones in the log for the sake of a stream that was behind.
-- Lock: ACCESS EXCLUSIVE for a moment (constant default: no rewrite). Size: one byte a row, two rows a stream.
-- runs beside the version before

ALTER TABLE "event_stream_loss" ADD COLUMN "is_at_most" BOOLEAN NOT NULL DEFAULT false;
