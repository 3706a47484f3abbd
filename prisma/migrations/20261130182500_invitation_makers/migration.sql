-- What: a one-time link and an invitation for a provider know the admin and the API token that made them, and why they were withdrawn.
-- Why: what nobody has used yet ends with who made it: an admin who is shut out or has another role, an API token that is revoked.
-- Lock: both tables, for a moment, and each row that nobody has used. Size: 32 bytes a row; the log of acts is read by its target's index.
-- runs beside the version before
ALTER TABLE "setup_link" ADD COLUMN "invited_by_id" UUID, ADD COLUMN "invited_by_token_id" UUID, ADD COLUMN "withdrawn_because" TEXT;
ALTER TABLE "setup_link" ADD CONSTRAINT "setup_link_withdrawn_because"
  CHECK (withdrawn_because IN ('api_token_revoked', 'inviter_disabled', 'inviter_role'));
ALTER TABLE "admin_identity" ADD COLUMN "invited_by_id" UUID, ADD COLUMN "invited_by_token_id" UUID, ADD COLUMN "withdrawn_because" TEXT;
ALTER TABLE "admin_identity" ADD CONSTRAINT "admin_identity_withdrawn_because"
  CHECK (withdrawn_because IN ('api_token_revoked', 'inviter_disabled', 'inviter_role'));

-- who made what waits is on record: an admin, or an API token, which counts as whoever made it; the machine's links have nobody
WITH made AS (
  SELECT DISTINCT ON (w.admin_id) w.admin_id, coalesce(a.id, t.created_by_id) AS by_id, t.id AS token_id
  FROM (SELECT admin_id FROM "setup_link" WHERE used_at IS NULL AND admin_id IS NOT NULL
        UNION SELECT admin_id FROM "admin_identity" WHERE subject IS NULL) w
    JOIN "audit_entry" e ON e.target_kind = 'admin' AND e.target_id = w.admin_id::text AND e.act IN ('admin.invited', 'admin.enrolment_reset')
    LEFT JOIN "admin" a ON e.actor_kind = 'admin' AND a.id::text = e.actor_id
    LEFT JOIN "api_token" t ON e.actor_kind = 'api_token' AND t.id::text = e.actor_id
  ORDER BY w.admin_id, e.sequence DESC
), links AS (
  UPDATE "setup_link" l SET invited_by_id = m.by_id, invited_by_token_id = m.token_id FROM made m WHERE m.admin_id = l.admin_id AND l.used_at IS NULL
)
UPDATE "admin_identity" i SET invited_by_id = m.by_id, invited_by_token_id = m.token_id FROM made m WHERE m.admin_id = i.admin_id AND i.subject IS NULL;
