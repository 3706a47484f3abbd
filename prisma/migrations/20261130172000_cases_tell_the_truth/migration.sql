-- What: an evidence pack keeps the SHA-256 of what it was let out of; a case keeps when a look found all of its tokens ended for good; a client that is in a case
-- because a secret of it was reported is told from one that somebody put in.
-- Why: what is put in by a request that began before and committed after is seen by what it changed, not by its time; a list of cases says whether each is contained
-- without reading the tokens of those that cannot work again; a leaked secret opens what the client gets for itself, and nothing of its people.
-- Lock: ACCESS EXCLUSIVE on the three tables for a moment; only incident_subject is read, for the clients in cases of reports. Size: 64 bytes a pack, 8 a case.
-- runs beside the version before

ALTER TABLE "evidence_file" ADD COLUMN "of_sha256" TEXT;
ALTER TABLE "evidence_file" ADD CONSTRAINT "evidence_file_of_sha256" CHECK (of_sha256 ~ '^[0-9a-f]{64}$');

ALTER TABLE "incident" ADD COLUMN "ended_at" TIMESTAMPTZ(3);

ALTER TABLE "incident_subject" ADD COLUMN "by_secret" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_by_secret" CHECK (NOT by_secret OR kind = 'client');
UPDATE "incident_subject" x SET by_secret = true FROM "leak_report" r JOIN "leak_finding" f ON f.report_id = r.id AND f.kind = 'client_secret'
  JOIN "scanner" s ON s.id = r.scanner_id
WHERE r.incident_id = x.incident_id AND x.kind = 'client' AND f.client_id = x.target_id AND x.added_by_name = 'scanner ' || s.name;
GRANT UPDATE (by_secret) ON "incident_subject" TO tokenwarden_app;
