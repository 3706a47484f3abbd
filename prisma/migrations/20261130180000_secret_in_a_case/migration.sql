-- What: a client in a case says which of its secrets leaked, where a person put one in; clients' secrets that ended are remembered by their hash.
-- Why: a case that was opened by hand on a leaked secret is open for as long as that secret gets tokens, as one that a scanner reported; and what was got with a
-- secret that was replaced at once is still the case's.
-- Lock: ACCESS EXCLUSIVE on incident_subject for a moment, it is read once for the check; SHARE ROW EXCLUSIVE on client for a moment. Size: no row is rewritten;
-- about 100 bytes for each secret that ends from now on.
-- runs beside the version before

ALTER TABLE "incident_subject" ADD COLUMN "secret_ids" UUID[] NOT NULL DEFAULT ARRAY[]::UUID[];
ALTER TABLE "incident_subject" ADD CONSTRAINT "incident_subject_secret_ids" CHECK (secret_ids = '{}' OR kind = 'client');
GRANT UPDATE (secret_ids) ON "incident_subject" TO tokenwarden_app;

CREATE TABLE "ended_client_secret" (
    "id" UUID NOT NULL,
    "client_id" UUID NOT NULL,
    "secret_hash" BYTEA NOT NULL,
    "hint" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3) NOT NULL,
    "opened_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "ended_client_secret_pkey" PRIMARY KEY ("id")
);
ALTER TABLE "ended_client_secret" ADD CONSTRAINT "ended_client_secret_hash_length" CHECK (octet_length(secret_hash) = 32);
CREATE INDEX "ended_client_secret_client_id_idx" ON "ended_client_secret"("client_id");
CREATE INDEX "ended_client_secret_secret_hash_idx" ON "ended_client_secret"("secret_hash");
ALTER TABLE "ended_client_secret" ADD CONSTRAINT "ended_client_secret_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "client"("id") ON DELETE CASCADE ON UPDATE CASCADE;
GRANT SELECT, INSERT, DELETE ON "ended_client_secret" TO tokenwarden_app;
GRANT SELECT ON "ended_client_secret" TO tokenwarden_retention;
