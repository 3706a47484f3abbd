-- What: a client in a case says until when secrets of it that there were are taken to have leaked, where a person put one in.
-- Why: a case that was opened by hand on a leaked secret is open for as long as that secret gets tokens, as one that a scanner reported.
-- Lock: ACCESS EXCLUSIVE on incident_subject for a moment; it is read once for the check. Size: 8 bytes for each such client.
-- runs beside the version before

ALTER TABLE "incident_subject" ADD COLUMN "secret_at" TIMESTAMPTZ(3);
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_secret_at" CHECK (secret_at IS NULL OR kind = 'client');
GRANT UPDATE (secret_at) ON "incident_subject" TO tokenwarden_app;
