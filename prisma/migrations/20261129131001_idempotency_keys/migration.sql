-- What: under which idempotency key an actor asked for what, whether it was done, and what was answered; kept for a day.
-- Why: a request that is sent again because its answer was lost must not be done twice.
-- Lock: none, a new table. Size: a row for each request with a key of the last 24 hours, 10,000 of an actor.
-- runs beside the version before
CREATE TABLE "idempotency_key" (
  "actor_id" text NOT NULL,
  "key" text NOT NULL,
  "claim" uuid NOT NULL,
  "fingerprint" bytea NOT NULL,
  "state" text NOT NULL,
  "request_id" text NOT NULL,
  "claimed_at" timestamptz(3) NOT NULL,
  "lapses_at" timestamptz(3) NOT NULL,
  "expires_at" timestamptz(3) NOT NULL,
  "status" integer,
  "location" text,
  "answer" text,
  "is_shown_once" boolean NOT NULL DEFAULT false,
  CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("actor_id", "key"),
  CONSTRAINT "idempotency_key_state_known" CHECK ("state" IN ('running', 'acted', 'answered')),
  CONSTRAINT "idempotency_key_answer_whole" CHECK (("state" = 'answered') = ("status" IS NOT NULL)),
  CONSTRAINT "idempotency_key_fingerprint_size" CHECK (octet_length("fingerprint") = 32),
  CONSTRAINT "idempotency_key_length" CHECK (char_length("key") BETWEEN 1 AND 255)
);
-- the worker's purge
CREATE INDEX "idempotency_key_expires_at_idx" ON "idempotency_key"("expires_at");
-- how many an actor has
CREATE INDEX "idempotency_key_actor_id_expires_at_idx" ON "idempotency_key"("actor_id", "expires_at");

GRANT SELECT, INSERT, UPDATE, DELETE ON "idempotency_key" TO tokenwarden_app;
GRANT SELECT, UPDATE ("answer") ON "idempotency_key" TO tokenwarden_retention;
