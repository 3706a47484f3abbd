-- What: when a verifier's process is known to have ended.
-- Why: a process that was closed, or of which somebody knows that it ended, accepts nothing of what is taken back later; silence alone tells nothing of one
--   that is lenient, and each restart of such a fleet kept the board open for a day.
-- Lock: ACCESS EXCLUSIVE on verifier_instance for the moment that a column without a default takes.
-- Size: 8 bytes for each process that ended, for 30 days.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier_instance" ADD COLUMN "ended_at" TIMESTAMPTZ(3);
