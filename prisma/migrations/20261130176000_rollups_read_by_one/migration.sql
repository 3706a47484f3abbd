-- What: rollups are read by one process each, never by several in parallel.
-- Why: what a parallel scan gives the rows of unnest(mixes) for is a few (PostgreSQL 18: of 2,200,000 it expects 89), so that the planner looks each of them up among the wanted mixes, one by one: thirty
-- seconds for a client with a tenth of 100,000,000 uses over 90 days, and the statement's end. By one process it expects what there is, and hashes.
-- Lock: SHARE UPDATE EXCLUSIVE for a moment. Size: none.
-- runs beside the version before

ALTER TABLE "use_rollup" SET (parallel_workers = 0);
ALTER TABLE "busy_use" SET (parallel_workers = 0);
