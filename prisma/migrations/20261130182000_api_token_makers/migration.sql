-- What: an API token knows the API token that it was made with.
-- Why: whoever revokes a stolen one ends what was made with it too, at every depth.
-- Lock: the table, for a moment, and each row of one that was made with another. Size: 16 bytes for each of these; the log of acts is read by its target's index.
-- runs beside the version before
ALTER TABLE "api_token" ADD COLUMN "made_by_token_id" UUID;
-- what was made with one
CREATE INDEX "api_token_made_by_token_id_idx" ON "api_token" ("made_by_token_id");

UPDATE "api_token" t SET made_by_token_id = m.id
FROM "audit_entry" e JOIN "api_token" m ON m.id::text = e.actor_id
WHERE e.target_kind = 'api_token' AND e.target_id = t.id::text AND e.act = 'api_token.created' AND e.actor_kind = 'api_token' AND m.id <> t.id;
