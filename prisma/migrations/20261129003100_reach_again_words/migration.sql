-- What: the admins' words that are on record come to the processes that they are about.
-- Why: they were told as the processes' own.
-- Lock: the rows of those processes, until the commit. Of each process that ended, one look-up by target and time in the audit log's index: none reads the log.
-- Size: as the migration before this one.
-- runs beside the version before

UPDATE "verifier_instance" i SET ended_by = x.actor_name
  FROM (SELECT p.verifier_id, p.instance_id, p.ended_at, e.actor_name FROM "verifier_instance" p
    -- the limit keeps it a look-up for each; the entry has the time that the process was told to have ended at
    CROSS JOIN LATERAL (SELECT a.actor_name FROM "audit_entry" a
      WHERE a.target_kind = 'verifier' AND a.target_id = p.verifier_id::text AND a.at = p.ended_at
        AND a.act = 'verifier.instance_ended' AND a.after->>'instance' = p.instance_id::text
      LIMIT 1) e
    WHERE p.ended_at IS NOT NULL) x
  WHERE i.verifier_id = x.verifier_id AND i.instance_id = x.instance_id AND i.ended_at = x.ended_at;
