-- What: who said that a verifier's process has ended, where it was an admin; an index for the processes that were lost without a word.
-- Why: an admin's word was told as the process's own; and the board asks of each lenient verifier whether one of its processes never said goodbye,
--   however many did.
-- Lock: ACCESS EXCLUSIVE on verifier_instance for the moment that a column without a default takes; SHARE while its index is built, a second for some
--   hundred thousand rows; the words that are on record are looked up in the audit log, by their act.
-- Size: an admin's name for each process that one spoke of, and 40 bytes for each process that is not strict by its own word, for 30 days.
-- runs beside the version before

-- AlterTable
ALTER TABLE "verifier_instance" ADD COLUMN "ended_by" TEXT;

UPDATE "verifier_instance" i SET ended_by = e.actor_name FROM audit_entry e
  WHERE i.ended_at IS NOT NULL AND e.act = 'verifier.instance_ended' AND e.target_kind = 'verifier' AND e.target_id = i.verifier_id::text AND e.after->>'instance' = i.instance_id::text
    AND (e.after->>'endedAt')::timestamptz = i.ended_at;

-- A partial index, which Prisma cannot say: lenient processes, and those of which it is not known, by whether they said that they ended
CREATE INDEX "verifier_instance_unheard" ON "verifier_instance" (verifier_id, mode, ended_at) WHERE mode IS DISTINCT FROM 'strict';
