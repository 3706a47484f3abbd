-- What: a finding of a leak report may be a secret of the product's own: an API token, or a secret of a verifier or of a scanner, with whose it is.
-- Why: what opens the console or speaks to the authority was counted as nothing of ours.
-- Lock: ACCESS EXCLUSIVE on leak_finding while its rows, a few a report, are looked at once. Size: nothing for what is there; an index of the new kind alone.
-- runs beside the version before

ALTER TABLE "leak_finding" ADD COLUMN "owner_id" UUID;
ALTER TABLE "leak_finding"
  DROP CONSTRAINT "leak_finding_kind", DROP CONSTRAINT "leak_finding_of", DROP CONSTRAINT "leak_finding_order",
  ADD CONSTRAINT "leak_finding_kind" CHECK (kind IN ('token', 'altered', 'client_secret', 'api_token', 'verifier_secret', 'scanner_secret')),
  ADD CONSTRAINT "leak_finding_of" CHECK (CASE WHEN kind = 'client_secret' THEN client_id IS NOT NULL WHEN kind IN ('token', 'altered') THEN token_id IS NOT NULL AND family_id IS NOT NULL
    ELSE owner_id IS NOT NULL END),
  ADD CONSTRAINT "leak_finding_order" CHECK (order_id IS NOT NULL OR outcome IN ('ended', 'case') OR (owner_id IS NOT NULL AND outcome = 'revoked'));
CREATE INDEX "leak_finding_owner" ON "leak_finding"("owner_id") WHERE owner_id IS NOT NULL;
