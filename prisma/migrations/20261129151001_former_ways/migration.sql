-- What: by which mail server and to which webhook an alarm leaves whose very act changed them: as they were before it, until it was taken or given up.
-- Why: an owner who does without a second person could send the alarm of just that to a place of their own, or nowhere.
-- Lock: "mail" for a moment, no row of it is looked at. Size: a row for each such act, for a day at most.
-- runs beside the version before
CREATE TABLE "former_mail_server" (
    "id" UUID NOT NULL,
    "host" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "tls" TEXT NOT NULL,
    "username" TEXT,
    "password_wrapped" BYTEA,
    "ca_pem" TEXT,
    "from_address" TEXT NOT NULL,
    "from_name" TEXT NOT NULL,
    "kept_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "former_mail_server_pkey" PRIMARY KEY ("id")
);

ALTER TABLE "mail" ADD COLUMN "server_id" UUID;
CREATE INDEX "mail_server_id_idx" ON "mail"("server_id");
ALTER TABLE "mail" ADD CONSTRAINT "mail_server_id_fkey" FOREIGN KEY ("server_id") REFERENCES "former_mail_server"("id") ON DELETE SET NULL ON UPDATE CASCADE NOT VALID;

CREATE TABLE "former_webhook" (
    "notification_id" UUID NOT NULL,
    "url" TEXT NOT NULL,
    "secret_wrapped" BYTEA NOT NULL,
    "authorization_wrapped" BYTEA,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_attempt_at" TIMESTAMPTZ(3) NOT NULL,
    "give_up_at" TIMESTAMPTZ(3) NOT NULL,
    "last_error" TEXT,
    "leased_until" TIMESTAMPTZ(3),

    CONSTRAINT "former_webhook_pkey" PRIMARY KEY ("notification_id")
);
ALTER TABLE "former_webhook" ADD CONSTRAINT "former_webhook_notification_id_fkey" FOREIGN KEY ("notification_id") REFERENCES "notification"("id") ON DELETE CASCADE ON UPDATE CASCADE;

GRANT SELECT, INSERT, UPDATE, DELETE ON "former_mail_server", "former_webhook" TO tokenwarden_app;
GRANT SELECT, DELETE ON "former_mail_server" TO tokenwarden_retention;
GRANT SELECT ON "former_webhook" TO tokenwarden_retention;

CREATE TRIGGER "former_mail_server_wrapped" BEFORE INSERT OR UPDATE OF password_wrapped ON "former_mail_server"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('password_wrapped');
CREATE TRIGGER "former_webhook_secret_wrapped" BEFORE INSERT OR UPDATE OF secret_wrapped ON "former_webhook"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('secret_wrapped');
CREATE TRIGGER "former_webhook_authorization_wrapped" BEFORE INSERT OR UPDATE OF authorization_wrapped ON "former_webhook"
  FOR EACH ROW EXECUTE FUNCTION "wrapped_under_present_master_key"('authorization_wrapped');
