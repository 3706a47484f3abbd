-- What: an API token knows the networks it may come from, where it was last used from, and its version.
-- Why: a disabled or demoted creator, and a stolen token elsewhere, must be stopped at the next request.
-- Lock: the table, for a moment. Size: a row for each API token; the log of acts is read by its target's index.
-- runs beside the version before
ALTER TABLE "api_token"
  ADD COLUMN "networks" text[] NOT NULL DEFAULT '{}',
  ADD COLUMN "last_used_ip" text,
  ADD COLUMN "version" integer NOT NULL DEFAULT 1,
  ADD CONSTRAINT "api_token_networks_some" CHECK (cardinality("networks") <= 50);

-- who made each is on record: an admin, or another API token, which counts as its own creator; the command line's count as nobody
WITH RECURSIVE made AS (
  SELECT t.id, t.id AS via, e.actor_kind, e.actor_id, 1 AS depth
  FROM "api_token" t JOIN "audit_entry" e
    ON e.target_kind = 'api_token' AND e.target_id = t.id::text AND e.act = 'api_token.created'
  UNION ALL
  SELECT m.id, t.id, e.actor_kind, e.actor_id, m.depth + 1
  FROM made m JOIN "api_token" t ON m.actor_kind = 'api_token' AND t.id::text = m.actor_id
    JOIN "audit_entry" e ON e.target_kind = 'api_token' AND e.target_id = t.id::text AND e.act = 'api_token.created'
  WHERE m.depth < 50
)
UPDATE "api_token" t SET created_by_id = a.id
FROM made m JOIN "admin" a ON m.actor_kind = 'admin' AND a.id::text = m.actor_id
WHERE m.id = t.id AND t.created_by_id IS NULL;
