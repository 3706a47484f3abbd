-- no transaction
-- What: an index for the processes that were lost without a word. A partial one, which Prisma cannot say.
-- Why: the board, and the list of verifiers, ask of each lenient verifier whether one of its processes never said goodbye, however many did.
-- Lock: SHARE UPDATE EXCLUSIVE on verifier_instance, which stands in nobody's way who reads or writes. It waits for transactions that are older than it.
-- Size: 40 bytes for each process that is not strict by its own word, for 30 days.
-- runs beside the version before

CREATE INDEX CONCURRENTLY "verifier_instance_unheard" ON "verifier_instance" (verifier_id, mode, ended_at) WHERE mode IS DISTINCT FROM 'strict';
