-- What: which permissions an answer under an idempotency key was given by.
-- Why: a repeat is answered only while its asker still holds all of them, those that the thing acted upon asks for included.
-- Lock: "idempotency_key" for a moment; no row is looked at. Size: a few words for each key of the last 24 hours.
-- runs beside the version before
ALTER TABLE "idempotency_key" ADD COLUMN "permissions" TEXT[] NOT NULL DEFAULT '{}';
