-- What: a row for each evidence pack that was let out of a case: for whom, as what, and when it was fetched.
-- Why: a pack is an export: it is asked for by an act that may want a proof and a second person, and its file is fetched once by who asked.
-- Lock: "incident" for the moment that a reference to it takes. Size: a row a pack, kept for a day.
-- runs beside the version before

CREATE TABLE "evidence_file" (
    "id" UUID NOT NULL,
    "incident_id" UUID NOT NULL,
    "format" TEXT NOT NULL,
    "actor_kind" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "fetched_at" TIMESTAMPTZ(3),

    CONSTRAINT "evidence_file_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "evidence_file_created_at_idx" ON "evidence_file"("created_at");
ALTER TABLE "evidence_file" ADD CONSTRAINT "evidence_file_format" CHECK (format IN ('html', 'json'));
ALTER TABLE "evidence_file" ADD CONSTRAINT "evidence_file_incident_id_fkey" FOREIGN KEY ("incident_id") REFERENCES "incident"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE, DELETE ON "evidence_file" TO tokenwarden_app;
GRANT SELECT ON "evidence_file" TO tokenwarden_retention;
