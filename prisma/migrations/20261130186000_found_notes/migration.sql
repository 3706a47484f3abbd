-- What: a note of a case keeps how much of it the product wrote itself, of a detection.
-- Why: where a token was used from and what was called stands in it, which goes with the person; what somebody wrote stays.
-- Lock: ACCESS EXCLUSIVE on incident_note for a moment, for a column without a default; of each note the acts upon its case are looked up by their index.
-- Size: 4 bytes a note that a detection made.
-- runs beside the version before

ALTER TABLE "incident_note" ADD COLUMN "found_length" INTEGER;
ALTER TABLE "incident_note" ADD CONSTRAINT "incident_note_found" CHECK (found_length > 0);
-- of those from before what was written by whom is not to be told apart
UPDATE "incident_note" n SET found_length = char_length(n.text) FROM "audit_entry" e
WHERE e.target_kind = 'incident' AND e.target_id = n.incident_id::text AND e.act = 'incident.opened' AND e.at = n.at AND e.note = n.text AND n.text <> ''
  AND EXISTS (SELECT FROM "audit_entry" p WHERE p.at = e.at AND p.request_id = e.request_id AND p.act = 'detection.put_in_case');
GRANT UPDATE (found_length) ON "incident_note" TO tokenwarden_retention;
