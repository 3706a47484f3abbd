-- What: who said that a verifier's process has ended, where it was an admin.
-- Why: an admin's word was told as the process's own.
-- Lock: ACCESS EXCLUSIVE on verifier_instance for the moment that a column without a default takes: it is alone in its transaction.
-- Size: an admin's name for each process that one spoke of.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier_instance" ADD COLUMN "ended_by" TEXT;
