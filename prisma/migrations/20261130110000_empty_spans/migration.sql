-- What: a verification of a span in which nothing is on record is `empty`.
-- Why: it said that the evidence holds where there was none.
-- Lock: ACCESS EXCLUSIVE on evidence_check, which only the worker and its page read, for as long as its rows, a few a day, are looked at. Size: none.
-- runs beside the version before

ALTER TABLE "evidence_check" DROP CONSTRAINT "evidence_check_state",
  ADD CONSTRAINT "evidence_check_state" CHECK (state IN ('waiting', 'running', 'held', 'empty', 'broken', 'cancelled', 'failed'));
